"""The dialogs of a series: what is approved, whom it may reach, and what a start does."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm

from scheduling import services
from scheduling.admin.campaigns.life_forms import note_field
from scheduling.admin.series.differences import readable
from scheduling.exceptions import SchedulingError
from scheduling.models import Series
from scheduling.series import approval


class SeriesReachForm(BaseDialogForm):
    """How many may be in it now, and how many of them are due first."""

    form_before_template = "admin/series/reach.html"

    def get_before_template_context(self, request: Any, object_id: Any = None) -> dict[str, Any]:
        return reach_context(Series.objects.get(pk=object_id))


class ApproveSeriesForm(SeriesReachForm):
    """What differs from what was last approved. Refuses what was changed meanwhile."""

    form_before_template = "admin/series/approve.html"
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    why = note_field(_("note"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        series = Series.objects.filter(pk=self.object_id).first()
        self.fields["seen"].initial = approval.digest(series) if series else ""

    def get_before_template_context(self, request: Any, object_id: Any = None) -> dict[str, Any]:
        series = Series.objects.get(pk=object_id)
        return {
            **reach_context(series),
            "asked": services.last_series_change(series, Series.State.WAITING),
            "approved": services.last_series_change(series, Series.State.APPROVED),
            "rows": readable(services.series_changed_since_approval(series), series),
        }


def reach_context(series: Series) -> dict[str, Any]:
    """Who may be in it; the error of its audience instead, where it has one."""
    sender = series.sender
    try:
        rule = services.read_audience(series.audience)
        if sender is None:
            return {"series": series}
        return {"series": series, "reach": services.preview_audience(rule, application=sender)}
    except SchedulingError as error:
        return {"series": series, "error": error}
