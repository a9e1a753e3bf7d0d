"""States and outcomes of series, as their pages show them."""

from django.utils.html import format_html

from core.web.admin import badge
from scheduling.models import Enrolment, Series

S, E = Series.State, Enrolment.Status
STATE_TONES = {
    S.DRAFT: "",
    S.WAITING: "warn",
    S.APPROVED: "info",
    S.RUNNING: "info",
    S.PAUSED: "warn",
    S.FINISHED: "good",
    S.CANCELLED: "",
}
ENROLMENT_TONES = {E.ACTIVE: "info", E.FINISHED: "good", E.STOPPED: ""}


def state_badge(series: Series) -> str:
    """The state; with the reason where it stopped by itself."""
    shown = badge(series.get_state_display(), STATE_TONES[S(series.state)])
    if series.reason:
        return format_html("{} <span class='ou-quiet'>{}</span>", shown, series.get_reason_display())
    return shown


def enrolment_badge(enrolment: Enrolment) -> str:
    """The status; with the reason where it ended early."""
    shown = badge(enrolment.get_status_display(), ENROLMENT_TONES[E(enrolment.status)])
    if enrolment.reason:
        return format_html("{} <span class='ou-quiet'>{}</span>", shown, enrolment.get_reason_display())
    return shown
