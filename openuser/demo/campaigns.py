"""Example campaigns: drafts, of which nothing is sent before a person approves them."""

from django.utils import translation

from scheduling import services
from scheduling.models import Campaign, Series

EXAMPLES = ("policy", "onboarding")  # neither fills the calendar


def seed_campaigns() -> None:
    """Create a campaign and a series if there are none, in Chinese as the rest of the demonstration."""
    if Campaign.objects.exists() or Series.objects.exists():
        return
    with translation.override("zh-hans"):
        for key in EXAMPLES:
            services.start_from_ready(key)
