"""Short addresses of campaigns: found by their name, and counted."""

from datetime import datetime

from django.utils import timezone

from scheduling.models import CampaignLink
from scheduling.responses import clicks
from wecom.models import Member


def find_link(token: str) -> CampaignLink | None:
    """The link of a short address."""
    return CampaignLink.objects.select_related("run__campaign__application").filter(token=token).first()


def names_opener(link: CampaignLink) -> bool:
    """Whether the member who opens a link is noted."""
    return clicks.names_members(link)


def count_click(link: CampaignLink, *, member: Member | None = None, now: datetime | None = None) -> None:
    """Count that a link was opened; a member counts once, if the message went to them."""
    clicks.count(link, member=member, now=now or timezone.now())
