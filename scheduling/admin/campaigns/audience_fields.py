"""To whom a campaign goes, as fields: everyone, or members, departments, tags and segments, and those left out."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectMultipleWidget, UnfoldAdminTextareaWidget, UnfoldBooleanSwitchWidget

from scheduling.admin.forms import NumbersField, UserIdsField
from scheduling.models import Segment

NAMED = ("user_ids", "department_numbers", "tag_numbers", "segments")
AUDIENCE = ("everyone", *NAMED, "without_segments", "without_ids")


class AudienceFields(forms.Form):
    """The picker of recipients writes into three of these fields, as on the page of a schedule."""

    everyone = forms.BooleanField(
        label=capfirst(_("everyone")),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("All members of the company whom the application can see."),
    )
    user_ids = UserIdsField(
        label=capfirst(_("members")),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
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
    segments = forms.ModelMultipleChoiceField(
        Segment.objects.order_by("name"),
        label=capfirst(_("segments")),
        required=False,
        widget=UnfoldAdminSelectMultipleWidget,
    )
    without_segments = forms.ModelMultipleChoiceField(
        Segment.objects.order_by("name"),
        label=capfirst(_("except these segments")),
        required=False,
        widget=UnfoldAdminSelectMultipleWidget,
    )
    without_ids = UserIdsField(
        label=capfirst(_("except these members")),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 1}),
    )


def initial_audience(audience: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields show for the audience of a campaign."""
    without = audience.get("exclude", {})
    return {
        "everyone": audience.get("everyone", False),
        "user_ids": list(audience.get("members", ())),
        "department_numbers": [_number(one) for one in audience.get("departments", ())],
        "tag_numbers": list(audience.get("tags", ())),
        "segments": list(audience.get("segments", ())),
        "without_segments": list(without.get("segments", ())),
        "without_ids": list(without.get("members", ())),
    }


def audience_of(data: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The audience of the fields, in the form of `segments.audience`; what they do not show stays as it was."""
    known = {_number(one): one for one in before.get("departments", ())}
    numbers = sorted(data.get("department_numbers") or ())
    audience = {
        "everyone": bool(data.get("everyone")),
        "departments": [known.get(number, {"number": number}) for number in numbers],
        "tags": sorted(data.get("tag_numbers") or ()),
        "members": sorted(data.get("user_ids") or ()),
        "segments": sorted(one.pk for one in data.get("segments") or ()),
        "sheet": before.get("sheet"),
        "exclude": _filled(
            {
                **before.get("exclude", {}),
                "segments": sorted(one.pk for one in data.get("without_segments") or ()),
                "members": sorted(data.get("without_ids") or ()),
            }
        ),
    }
    if audience["everyone"]:
        audience |= dict.fromkeys(("departments", "tags", "members", "segments", "sheet"))
    return _filled(audience)


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _number(department: Any) -> int:
    return int(department["number"]) if isinstance(department, Mapping) else int(department)
