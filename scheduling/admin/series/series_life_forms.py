"""The dialogs of a series: the content to approve, its reach, and the forecast of a start."""

from typing import Any

from unfold.forms import BaseDialogForm

from scheduling import services
from scheduling.admin.campaigns.campaign_differences import Row
from scheduling.admin.campaigns.campaign_life_forms import ApprovalForm
from scheduling.admin.series.series_differences import readable
from scheduling.exceptions import SchedulingError
from scheduling.models import Series


class SeriesReachForm(BaseDialogForm):
    """How many may be in it now, and how many of them are due first."""

    form_before_template = "admin/series/reach.html"

    def get_before_template_context(self, request: Any, object_id: Any = None) -> dict[str, Any]:
        return reach_context(Series.objects.get(pk=object_id))


class ApproveSeriesForm(ApprovalForm):
    """A series as it is approved, with all its steps."""

    model = Series
    form_before_template = "admin/series/approve.html"

    def digest_of(self, row: Series) -> str:
        return services.series_digest(row)

    def reach_of(self, row: Series) -> dict[str, Any]:
        return reach_context(row)

    def rows_of(self, row: Series) -> list[Row]:
        return readable(services.changed_since_approval(row), row)


def reach_context(series: Series) -> dict[str, Any]:
    """Who may be in it, or the error of its audience; and which steps go out at night or on days off."""
    context: dict[str, Any] = {"series": series, "odd": list(services.odd_steps(series).sentences())}
    try:
        rule = services.read_audience(series.audience)
        if series.sender is not None:
            context["reach"] = services.preview_audience(rule, application=series.sender)
    except SchedulingError as error:
        context["error"] = error
    return context
