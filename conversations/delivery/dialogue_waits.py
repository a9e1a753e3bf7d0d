"""Messages of the schedules of 0.5 that wait until a dialogue ends or rests. The next release has none."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from conversations.delivery.broadcasts import in_dialogue
from wecom import services as wecom
from wecom.models import Application, Member, Outbound


def let_rested_go(*, now: datetime | None = None) -> int:
    """Release the messages that wait for dialogues that have ended or rest; returns how many messages."""
    now = now or timezone.now()
    held, count = wecom.held_for(Outbound.Reason.DIALOGUE), 0
    for application in Application.objects.filter(pk__in=held.values("application")).order_by("pk"):
        ours = dict(held.filter(application=application).values_list("pk", "recipients"))
        names = {name for recipients in ours.values() for name in recipients}
        members = Member.objects.filter(corporation=application.corporation_id, user_id__in=names)
        busy = in_dialogue(application, members.values("pk"), since=_rests(now))
        waiting = set(members.filter(pk__in=busy).values_list("user_id", flat=True))
        free = [pk for pk, recipients in ours.items() if waiting.isdisjoint(recipients)]
        count += wecom.let_go(held.filter(pk__in=free), now=now)
    return count


def _rests(now: datetime) -> datetime:
    return now - timedelta(minutes=settings.CONVERSATIONS["DIALOGUE_RESTS_MINUTES"])
