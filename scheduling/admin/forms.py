"""The form of a schedule, and the forms behind its live previews."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from avatars.models import RenderTemplate
from core.text.placeholders import parse_values, value_lines
from scheduling import services
from scheduling.models import Schedule
from scheduling.schedules.validation import parse_user_ids, time_zones
from wecom.models import Application

OFTEN_USED = ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Singapore", "Europe/London", "America/New_York", "UTC")


class UserIdsField(forms.CharField):
    """User IDs, separated by lines or commas; the value is a list."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return parse_user_ids(super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != parse_user_ids(data or "")


class ValuesField(forms.CharField):
    """Values of variables, one `variable = value` per line; the value is a dict."""

    def prepare_value(self, value: Any) -> Any:
        return value_lines(value) if isinstance(value, dict) else value

    def clean(self, value: Any) -> Any:
        return parse_values(super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return dict(initial or {}) != parse_values(data or "")


def zones() -> list[Any]:
    """Time zones as choices, common ones first."""
    return [
        (_("often used"), [(name, name) for name in OFTEN_USED]),
        (_("all"), [(n, n) for n in sorted(time_zones())]),
    ]


class ScheduleForm(forms.ModelForm[Schedule]):
    """Shows all errors; `save_schedule` raises only the first."""

    user_ids = UserIdsField(
        label=capfirst(_("members")),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("WeChat Work user IDs, one per line, such as zhangsan."),
    )
    values = ValuesField(
        label=capfirst(_("values of its variables")),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "placeholder": "name = {{name}}\nday = 2026-12-01"}),
        help_text=_(
            "One a line: variable = value. {{name}}, {{alias}}, {{position}}, {{department}} and {{user_id}} stand for "
            "what is known of each member."
        ),
    )
    time_zone = forms.ChoiceField(
        label=capfirst(_("time zone")),
        choices=zones,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Whose clock is meant. Summer time is minded."),
    )

    class Meta:
        model = Schedule
        fields = (
            *("name", "application", "user_ids", "message_type", "text", "template", "values", "digital_human", "mode"),
            *("cron", "time_zone", "days", "unknown_days", "grace_minutes"),
        )
        widgets = {
            "text": UnfoldAdminTextareaWidget(attrs={"rows": 4}),
            "cron": UnfoldAdminTextInputWidget(attrs={"placeholder": "0 9 * * *", "autocomplete": "off"}),
        }

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        for problem in services.problems(self.instance):
            if problem.field not in self.errors:
                words = forms.ValidationError(str(problem), code=problem.code)
                self.add_error(problem.field if problem.field in self.fields else None, words)


class ScriptPreviewForm(forms.Form):
    """The request for a preview of a template."""

    message_type = forms.CharField(required=False)
    template = forms.ModelChoiceField(RenderTemplate.objects.prefetch_related("variables"), required=False)
    values = ValuesField(required=False)
    user_ids = UserIdsField(required=False)
    application = forms.ModelChoiceField(Application.objects.all(), required=False)

    def schedule(self) -> Schedule:
        """An unsaved schedule with these values."""
        self.full_clean()
        data = self.cleaned_data
        return Schedule(
            message_type=data["message_type"] or Schedule.MessageType.VIDEO,
            template=data.get("template"),
            values=data["values"],
            user_ids=data["user_ids"],
            application=data.get("application"),
        )


class TimingPreviewForm(forms.Form):
    """The request for a preview of the times; the schedule validates them."""

    cron = forms.CharField(required=False)
    time_zone = forms.CharField(required=False)
    days = forms.CharField(required=False)

    def schedule(self) -> Schedule:
        """An unsaved schedule with these times."""
        self.full_clean()
        data = self.cleaned_data
        return Schedule(cron=data["cron"], time_zone=data["time_zone"], days=data["days"])
