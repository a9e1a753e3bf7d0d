"""The cost of the language model, for the page of administrators: today against the limits, days, and who asked."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import F, Sum
from django.utils import timezone

from conversations.model_service import spending
from conversations.models import MemberModelUsage, ModelUsage

TOP = 10


@dataclass(frozen=True, kw_only=True)
class Day:
    """The use of one day, of all companies together."""

    day: date
    questions: int = 0
    tokens_sent: int = 0
    tokens_answered: int = 0
    cost: int = 0
    failures: int = 0
    rejected: int = 0
    limited: int = 0

    @property
    def tokens(self) -> int:
        return self.tokens_sent + self.tokens_answered


@dataclass(frozen=True, kw_only=True)
class Asker:
    """A member who asked much, with their user ID masked."""

    masked: str
    questions: int
    tokens: int
    cost: int


def days(count: int) -> list[Day]:
    """The last days, today first; also those without a question."""
    today = timezone.localdate()
    fields = ("questions", "tokens_sent", "tokens_answered", "cost", "failures", "rejected", "limited")
    rows = ModelUsage.objects.filter(day__gt=today - timedelta(days=count)).order_by().values("day")
    known = {row["day"]: Day(**row) for row in rows.annotate(**{name: Sum(name) for name in fields})}
    wanted = (today - timedelta(days=number) for number in range(count))
    return [known.get(day) or Day(day=day) for day in wanted]


def top_askers(count: int) -> list[Asker]:
    """Who asked most in the last days."""
    since = timezone.localdate() - timedelta(days=count)
    rows = MemberModelUsage.objects.filter(day__gt=since).order_by().values("member__user_id")
    summed = rows.annotate(
        asked=Sum("questions"), used=Sum(F("tokens_sent") + F("tokens_answered")), spent=Sum("cost")
    ).order_by("-spent", "-used", "-asked", "member__user_id")[:TOP]
    return [
        Asker(masked=masked(row["member__user_id"]), questions=row["asked"], tokens=row["used"], cost=row["spent"])
        for row in summed
    ]


def members_at_limit() -> int:
    """How many members can ask no more today."""
    limits = spending.member_limits()
    rows = MemberModelUsage.objects.filter(day=timezone.localdate())
    full: set[int] = set()
    if limits.questions:
        full |= set(rows.filter(questions__gte=limits.questions).values_list("pk", flat=True))
    if limits.tokens:
        used = rows.alias(used=F("tokens_sent") + F("tokens_answered"))
        full |= set(used.filter(used__gte=limits.tokens).values_list("pk", flat=True))
    if limits.cost:
        full |= set(rows.filter(cost__gte=limits.cost).values_list("pk", flat=True))
    return len(full)


def last_error() -> ModelUsage | None:
    """The newest day with an error; None if there was none, or the last question after it was answered."""
    return ModelUsage.objects.exclude(error_at=None).order_by("-error_at").first()


def masked(user_id: str) -> str:
    """A user ID of which only the first and last characters show, so that only those who know it recognise it."""
    shown = 2 if len(user_id) > 5 else 1
    return f"{user_id[:shown]}***{user_id[-1:] if len(user_id) > 2 else ''}"


def money(millionths: int) -> str:
    """An amount with its currency, as exact as it needs to be."""
    amount = millionths / 1_000_000
    digits = 2 if amount >= 1 or not amount else 4
    return f"{settings.CHAT_LIMITS['CURRENCY']}{amount:,.{digits}f}"


def has_prices() -> bool:
    """Whether costs are known."""
    return bool(settings.CHAT_LIMITS["PRICE_SENT"] or settings.CHAT_LIMITS["PRICE_ANSWERED"])
