"""Which entries a calendar shows."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from scheduling.agenda.entries import Entry
from scheduling.models import Campaign, CampaignContent, Schedule

SOURCES = ("", "template__", "presentation__")


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Everything where nothing is chosen. `campaigns` and `schedules` are those that a person may see at all."""

    kind: str = ""
    state: str = ""
    message_class: str = ""
    application: int | None = None
    digital_human: int | None = None
    text: str = ""
    campaigns: bool = True
    schedules: bool = True

    def shows(self, entry: Entry) -> bool:
        """Whether an entry is among those that its own values tell. `searched` has the rest."""
        return (
            self.kind in ("", entry.kind)
            and self.state in ("", entry.state)
            and self.message_class in ("", entry.message_class)
            and self.application in (None, entry.application)
        )


@dataclass(frozen=True, kw_only=True)
class Found:
    """The keys of campaigns and schedules that a search found; None where nothing was searched for."""

    campaigns: frozenset[int] | None = None
    schedules: frozenset[int] | None = None

    def has(self, entry: Entry) -> bool:
        keys = self.campaigns if entry.of_campaign else self.schedules
        return keys is None or entry.key in keys


def searched(filters: Filters) -> Found:
    """The rows with the words or the digital human of the filters."""
    if not filters.text and filters.digital_human is None:
        return Found()
    rows = CampaignContent.objects.all()
    campaigns: QuerySet[Campaign] = Campaign.objects.all()
    schedules: QuerySet[Schedule] = Schedule.objects.all()
    if filters.digital_human is not None:
        speaks = Q()
        for source in SOURCES:
            speaks |= Q(**{f"{source}digital_human": filters.digital_human})
        campaigns = campaigns.filter(pk__in=rows.filter(speaks).values("campaign"))
        schedules = schedules.filter(speaks)
    if filters.text:
        says = Q(name__icontains=filters.text)
        said = rows.filter(text__icontains=filters.text).values("campaign")
        campaigns = campaigns.filter(says | Q(pk__in=said))
        schedules = schedules.filter(says | Q(text__icontains=filters.text))
    return Found(
        campaigns=frozenset(campaigns.values_list("pk", flat=True)),
        schedules=frozenset(schedules.values_list("pk", flat=True)),
    )
