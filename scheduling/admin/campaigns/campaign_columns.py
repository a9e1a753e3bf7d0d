"""States, moments and figures of campaigns, as their pages show them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.web.admin import badge
from scheduling.models import Campaign, CampaignRun, Delivery, Series

S, D = Campaign.State, Delivery.Status
NOT_STARTED = (S.DRAFT, S.WAITING, S.APPROVED)
STATE_TONES = {
    S.DRAFT: "",
    S.WAITING: "warn",
    S.APPROVED: "info",
    S.SCHEDULED: "info",
    S.RUNNING: "info",
    S.PAUSED: "warn",
    S.FINISHED: "good",
    S.CANCELLED: "",
}
DELIVERY_TONES = {
    D.PLANNED: "info",
    D.SENT: "good",
    D.DEGRADED: "warn",
    D.FAILED: "bad",
    D.EXPIRED: "warn",
    D.RECALLED: "warn",
    D.SKIPPED: "",
    D.CANCELLED: "",
}


def state_badge(campaign: Campaign) -> str:
    """The state; live pages ask again while it is running."""
    waits = campaign.state == S.WAITING and not campaign.needs_approval
    label = _("waits to be started") if waits else campaign.get_state_display()
    shown = badge(label, STATE_TONES[S(campaign.state)])
    if campaign.state == S.RUNNING:
        shown = format_html("<span data-unfinished>{}</span>", shown)
    if campaign.reason in (CampaignRun.Reason.ERRORS, CampaignRun.Reason.BROKEN):
        label = CampaignRun.Reason(campaign.reason).label
        return format_html("{} <span class='ou-quiet'>{}</span>", shown, label)
    return shown


def delivery_badge(delivery: Delivery) -> str:
    return badge(delivery.get_status_display(), DELIVERY_TONES[D(delivery.status)])


def run_moment(run: CampaignRun) -> str:
    """The moment of a run; in each member's own time it is the one by the campaign's clock."""
    text = moment(run.moment, run.campaign)
    if not run.in_member_zone or run.campaign.series_id is not None:  # a step has a run for each moment
        return text
    own = gettext("in each member's own time")
    return f"{text} · {own}"


def moment(at: datetime, campaign: Campaign | Series) -> str:
    """A moment in the campaign's time zone."""
    return moment_in(campaign.zone, at)


def moment_in(zone: ZoneInfo, at: datetime) -> str:
    """A moment in a time zone, which is named if it is not the installation's."""
    local = at.astimezone(zone)
    text = f"{WEEKDAYS_ABBR[local.weekday()]} {local:%Y-%m-%d %H:%M}"
    return text if zone.key == settings.TIME_ZONE else f"{text} {zone.key}"
