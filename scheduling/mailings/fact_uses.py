"""The users of a fact of the company's own: it cannot be deleted before them."""

from django.utils.translation import gettext as _

from scheduling.audience import variables
from scheduling.campaigns.content import CampaignWords
from scheduling.models import Campaign, CampaignContent, Segment, Series
from wecom.models import Application, Corporation, FactDefinition


def fact_uses(definition: FactDefinition) -> list[str]:
    """The users of a fact of the company's own, by name: segments, series, and the words of campaigns, if not over."""
    rows = Segment.objects.using_fact(definition.corporation_id, definition.key)
    segments = [_("segment “%(name)s”") % {"name": one.name} for one in rows]
    campaigns = campaigns_with_variable(definition.key, corporation=definition.corporation)
    series = [one.name for one in Series.objects.going().order_by("name") if one.names_fact(definition.key)]
    segments += [_("series “%(name)s”") % {"name": name} for name in series]
    return segments + [_("campaign “%(name)s”") % {"name": one.name} for one in campaigns]


def campaigns_with_variable(name: str, *, corporation: Corporation) -> list[Campaign]:
    """The campaigns of a company that are not over and whose words use a variable, by name."""
    rows = CampaignContent.objects.exclude(campaign__state__in=Campaign.OVER).select_related("campaign__application")
    default = Application.objects.filter(is_default=True).first()
    campaigns: dict[int, Campaign] = {}
    for row in rows.order_by("campaign__name", "pk"):
        sender = row.campaign.application or default
        own = {"text": row.text, "literal": row.literal, "card": row.card, "values": row.values}
        words = CampaignWords(campaign_id=row.campaign_id, content_type="", contents={"A/": own})
        is_theirs = sender is not None and sender.corporation_id == corporation.pk
        if is_theirs and any(one.name == name for one in variables.variables_of(words.texts)):
            campaigns[row.campaign_id] = row.campaign
    return list(campaigns.values())
