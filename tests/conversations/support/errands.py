"""Questions to a service that workers run."""

from datetime import timedelta

from django.utils import timezone, translation

from conversations import services
from conversations.models import Errand
from conversations.wording import chat_texts

QUESTION, ANSWER = "食堂几点开门？", "早上七点。"


def patience(settings, seconds: float) -> None:
    settings.CONVERSATIONS = {**settings.CONVERSATIONS, "REPLY_NOTICE_SECONDS": seconds}


def fallbacks() -> dict[str, str]:
    with translation.override("zh-hans"):
        return {
            "late": chat_texts.no_answer_in_time(),
            "unknown": chat_texts.not_understood(),
            "wait": chat_texts.looking_up(),
        }


def run(number: int = 0, **when) -> Errand:
    """Do what a worker does with an errand; as it is afterwards."""
    errand = Errand.objects.order_by("pk")[number]
    services.run_errand(errand.pk, **when)
    errand.refresh_from_db()
    return errand


def expire() -> None:
    Errand.objects.update(lease_until=timezone.now() - timedelta(days=1))
