"""The form of a schedule, and the forms behind its live previews."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from avatars.models import Presentation, RenderTemplate
from core.text.placeholders import parse_values, value_lines
from scheduling import services
from scheduling.admin.timing_form import TimingFields, initial_timing, zones
from scheduling.models import Schedule
from wecom.models import Application

SHOWN_NAMES = 10


class UserIdsField(forms.CharField):
    """User IDs, separated by lines or commas; the value is a list."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return services.parse_user_ids(super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != services.parse_user_ids(data or "")


class ValuesField(forms.CharField):
    """Values of variables, one `variable = value` per line; the value is a dict."""

    def prepare_value(self, value: Any) -> Any:
        return value_lines(value) if isinstance(value, dict) else value

    def clean(self, value: Any) -> Any:
        return parse_values(super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return dict(initial or {}) != parse_values(data or "")


class NumbersField(forms.CharField):
    """Numbers of departments or tags; the value is a list."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        ids = services.parse_user_ids(super().clean(value))
        wrong = [one for one in ids if not (one.isascii() and one.isdecimal() and len(one) < 11)]
        if wrong:
            raise forms.ValidationError(
                _("“%(number)s” is no number."), params={"number": wrong[0][:20]}, code="invalid"
            )
        return [int(one) for one in ids]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return [str(one) for one in initial or []] != services.parse_user_ids(data or "")


class ScheduleForm(TimingFields, forms.ModelForm[Schedule]):
    """Shows all errors; `save_schedule` raises only the first."""

    user_ids = UserIdsField(
        label=capfirst(_("members")),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("WeChat Work user IDs, one per line, such as zhangsan. The search above writes them for you."),
    )
    department_numbers = NumbersField(
        label=capfirst(_("departments")),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 1}),
        help_text=_("Numbers of departments. Their members and those of departments below get it."),
    )
    tag_numbers = NumbersField(
        label=capfirst(_("tags")),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 1}),
        help_text=_("Numbers of tags. Members with one of them get it."),
    )
    values = ValuesField(
        label=capfirst(_("values of its variables")),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "placeholder": "name = {{name}}\nday = 2026-12-01"}),
        help_text=_(
            "One a line: variable = value. {{name}}, {{alias}}, {{position}}, {{department}} and "
            "{{user_id}} are filled in for each member."
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
            *(
                "name",
                "application",
                "user_ids",
                "department_numbers",
                "tag_numbers",
                "topic",
                "message_type",
                "text",
                "template",
                "presentation",
                "values",
                "digital_human",
                "mode",
            ),
            *("cron", "only_on", "time_zone", "days", "unknown_days", "grace_minutes"),
        )
        widgets = {
            "text": UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        }
        help_texts = {
            "text": _("The text to send, or the script if neither a template nor a presentation is chosen."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Viewers have no fields.
        if "unknown_days" in self.fields:
            self.fields["unknown_days"].required = False
        self.initial = {**self.initial, **initial_timing(self.instance.cron, self.instance.only_on)}

    def clean_unknown_days(self) -> str:
        return self.cleaned_data.get("unknown_days") or Schedule.UnknownDays.HOLD.value

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("template") and data.get("presentation"):
            self.add_error("presentation", _("Choose a video template or a presentation, not both."))
        return data

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        for problem in services.problems(self.instance):
            if problem.field not in self.errors:
                words = forms.ValidationError(str(problem), code=problem.code)
                self.add_error(problem.field if problem.field in self.fields else None, words)


class ScriptPreviewForm(forms.Form):
    """The request for a preview of a template or presentation."""

    message_type = forms.CharField(required=False)
    template = forms.ModelChoiceField(RenderTemplate.objects.prefetch_related("variables"), required=False)
    presentation = forms.ModelChoiceField(Presentation.objects.prefetch_related("variables"), required=False)
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
            presentation=data.get("presentation"),
            values=data["values"],
            user_ids=data["user_ids"],
            application=data.get("application"),
        )


class TimingPreviewForm(TimingFields):
    """The request for a preview of the times; the schedule validates them."""

    time_zone = forms.CharField(required=False)
    days = forms.CharField(required=False)
    unknown_days = forms.CharField(required=False)

    def schedule(self) -> Schedule:
        """An unsaved schedule with these times; without a cron line while something is missing."""
        self.full_clean()
        data = self.cleaned_data
        return Schedule(
            cron="" if self.errors else data["cron"],
            only_on=data.get("only_on"),
            time_zone=data["time_zone"],
            days=data["days"],
            unknown_days=data["unknown_days"] or Schedule.UnknownDays.HOLD,
        )


class RecipientsForm(forms.Form):
    """The request of the picker: its search, and the members that the form names already."""

    q = forms.CharField(required=False, max_length=64)
    user_ids = UserIdsField(required=False)
    department_numbers = NumbersField(required=False)
    tag_numbers = NumbersField(required=False)
    application = forms.ModelChoiceField(Application.objects.all(), required=False)

    def schedule(self) -> Schedule:
        """An unsaved schedule with these recipients."""
        self.full_clean()
        data = self.cleaned_data
        return Schedule(
            application=data.get("application"),
            user_ids=data.get("user_ids", []),
            department_numbers=data.get("department_numbers", []),
            tag_numbers=data.get("tag_numbers", []),
        )


class RunNowForm(BaseDialogForm):
    """The confirmation of *Run now*: to whom, how many, and who is left out."""

    form_before_template = "admin/schedule_run_now.html"

    def get_before_template_context(self, request: Any, object_id: Any = None) -> dict[str, Any]:
        return reach_of(Schedule.objects.select_related("application").get(pk=object_id))


def reach_of(schedule: Schedule) -> dict[str, Any]:
    """To whom a schedule goes now, how many they are, and who is left out."""
    audience = services.audience_of(schedule)
    named = services.recipients_of(schedule)
    return {
        "schedule": schedule,
        "total": reach_in_words(audience),
        "names": [one.name for one in named[:SHOWN_NAMES]],
        "others": max(0, len(named) - SHOWN_NAMES),
        "left_out": services.left_out(audience),
    }


def reach_in_words(audience: services.Audience) -> str:
    """How many members get it."""
    count = len(audience.user_ids)
    return ngettext("%d member gets it.", "%d members get it.", count) % count
