"""The form of a step: a campaign's words, on a day and at a time of its series."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from scheduling import services
from scheduling.admin.campaigns import content_fields
from scheduling.admin.campaigns.campaign_form import WINDOW, CampaignForm
from scheduling.exceptions import SchedulingError
from scheduling.models import FARTHEST_DAY, Campaign

WHAT = ("name", "content_type", "message_class", "topic", "offers_settings", "link_clicks")


class SeriesStepForm(CampaignForm):
    """Who gets it, the application and the time zone are the series'."""

    audience = repeat = at = only_on = weekdays = month_day = cron = time_zone = ends_on = None  # type: ignore[assignment]
    day = forms.IntegerField(
        label=capfirst(_("day")),
        min_value=-FARTHEST_DAY,
        max_value=FARTHEST_DAY,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=Campaign._meta.get_field("day").help_text,
    )
    # A name of its own: the form of a campaign shows and hides its field `at`.
    time_of_day = forms.TimeField(
        label=capfirst(_("time of day")),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "time"}),
        help_text=Campaign._meta.get_field("at").help_text,
    )

    class Meta:
        model = Campaign
        fields = (*WHAT, "valid_minutes", "interrupts", *WINDOW)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "day" in self.fields:
            at = self.instance.at
            self.initial.update({"day": self.instance.day, "time_of_day": f"{at:%H:%M}" if at else ""})

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = forms.ModelForm.clean(self) or self.cleaned_data
        if "day" in data and "time_of_day" in data and self.instance.series:
            try:
                services.check_step_time(self.instance.series, self.instance, day=data["day"], at=data["time_of_day"])
            except SchedulingError as error:
                self.add_error("time_of_day", forms.ValidationError(str(error), code=error.code))
        return data


FIELDSETS = (
    (None, {"fields": WHAT}),
    (_("When"), {"fields": ("day", "time_of_day")}),
    (_("In Chinese"), {"fields": content_fields.names_of("a_zh")}),
    (
        _("In English"),
        {
            "fields": content_fields.names_of("a_en"),
            "description": _("Members read their own language. Left empty, all get the Chinese words."),
        },
    ),
    (
        _("Compare two variants"),
        {"fields": ("compare", "share_b", *content_fields.names_of("b_zh"), *content_fields.names_of("b_en"))},
    ),
    (_("How it is sent"), {"fields": ("valid_minutes", "interrupts", *WINDOW)}),
)
