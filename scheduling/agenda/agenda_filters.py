"""Which entries a calendar shows."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from scheduling.agenda.agenda_entries import Entry
from scheduling.models import Campaign, CampaignContent

SOURCES = ("", "template__", "presentation__")


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Everything where nothing is chosen."""

    kind: str = ""
    state: str = ""
    message_class: str = ""
    application: int | None = None
    digital_human: int | None = None
    text: str = ""

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
    """The keys of campaigns that a search found; None where nothing was searched for."""

    campaigns: frozenset[int] | None = None

    def has(self, entry: Entry) -> bool:
        return self.campaigns is None or entry.key in self.campaigns


def searched(filters: Filters) -> Found:
    """The campaigns with the words or the digital human of the filters."""
    if not filters.text and filters.digital_human is None:
        return Found()
    rows = CampaignContent.objects.all()
    campaigns: QuerySet[Campaign] = Campaign.objects.all()
    if filters.digital_human is not None:
        speaks = Q()
        for source in SOURCES:
            speaks |= Q(**{f"{source}digital_human": filters.digital_human})
        campaigns = campaigns.filter(pk__in=rows.filter(speaks).values("campaign"))
    if filters.text:
        with_text = rows.filter(text__icontains=filters.text).values("campaign")
        campaigns = campaigns.filter(Q(name__icontains=filters.text) | Q(pk__in=with_text))
    return Found(campaigns=frozenset(campaigns.values_list("pk", flat=True)))
