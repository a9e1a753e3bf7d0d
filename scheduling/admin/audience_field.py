"""An audience as a form field: its selections, with a live count and the members left out, by reason.

For the form of a campaign: `audience = AudienceField(label=…)`; in the form's `__init__` call
`self.fields["audience"].of(application)`. Initial and cleaned values are the JSON of `AudienceRule`. The application is
read anew for the live count from the form's element `application`. A page needs nothing else: the widget brings its
style sheet and scripts, and its parts are plain elements (`audience-departments`, `audience-exclude-tags`), so that the
form saves without JavaScript. Address of the count: `admin:scheduling_audience_preview`.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from scheduling import services
from scheduling.exceptions import SchedulingError
from wecom.models import Application

KINDS = ("department", "tag", "segment", "member")
LISTS = {"department": "departments", "tag": "tags", "segment": "segments", "member": "members"}
LABELS = {
    "department": (_("departments"), _("Numbers; with those below, unless you write ! after the number: 7, 9!")),
    "tag": (_("tags"), _("Numbers.")),
    "segment": (_("segments"), _("Their numbers.")),
    "member": (_("members"), _("User IDs.")),
}
ONLY_ITSELF = "!"
_SPLIT = re.compile(r"[\s,，;；]+")


@dataclass(frozen=True, kw_only=True)
class Side:
    """The included or the excluded ones, for the template."""

    path: str
    title: Any
    everyone: bool
    may_be_everyone: bool
    lists: tuple[dict[str, Any], ...]
    sheet: int | None
    chosen: str


class AudienceWidget(forms.Widget):
    """Draws both sides and reads them back."""

    application: Application | None = None

    class Media:
        css = {"all": ("scheduling/audience.css",)}
        js = ("scheduling/chips.js", "scheduling/audience.js")

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, Any]:
        return audience_of_post(data, name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-departments" not in data

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        value = value or {}
        company = self.application.corporation_id if self.application else 0
        sides = [
            _side(value, name, company, _("Who gets it"), may_be_everyone=True),
            _side(value.get("exclude") or {}, f"{name}-exclude", company, _("Except"), may_be_everyone=False),
        ]
        sheets = services.kept_sheets(self.application.corporation) if self.application else ()
        context = {"name": name, "sides": sides, "sheets": sheets}
        return render_to_string("admin/segments/audience.html", context)


class AudienceField(forms.Field):
    """An audience in its JSON form, of an application."""

    widget = AudienceWidget
    application: Application | None = None

    def of(self, application: Application | None) -> None:
        """The application that sends: its company's departments, tags, members, segments and lists can be chosen."""
        self.application = application
        if isinstance(self.widget, AudienceWidget):
            self.widget.application = application

    def clean(self, value: Any) -> Any:
        try:
            rule = services.parse_audience(value) if not self.required else services.read_audience(value)
            if self.application is not None:
                services.members_of(rule, application=self.application, today=timezone.localdate())
        except SchedulingError as error:
            raise forms.ValidationError(str(error), code=error.code) from error
        return rule.as_json()

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or {}) != (data or {}))


def audience_of_post(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The JSON of the audience in a form's data; numbers that are none stay words, and are refused by name."""
    selection = _selection_of(data, name)
    without = _selection_of(data, f"{name}-exclude")
    return {**selection, **({"exclude": without} if without else {})}


def _selection_of(data: Mapping[str, Any], path: str) -> dict[str, Any]:
    lists = {
        kind: [part for part in _SPLIT.split(data.get(f"{path}-{key}", "")) if part] for kind, key in LISTS.items()
    }
    selection = {
        "everyone": bool(data.get(f"{path}-everyone")),
        "departments": [_department(posted) for posted in lists["department"]],
        "tags": [_number(posted) for posted in lists["tag"]],
        "members": lists["member"],
        "segments": [_number(posted) for posted in lists["segment"]],
        "sheet": _number(data.get(f"{path}-sheet", "")) or None,
    }
    return {key: value for key, value in selection.items() if value}


def _department(text: str) -> dict[str, Any]:
    number = {"number": _number(text.removesuffix(ONLY_ITSELF))}
    return {**number, "below": False} if text.endswith(ONLY_ITSELF) else number


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdecimal() else text


def _side(value: Mapping[str, Any], path: str, company: int, title: Any, *, may_be_everyone: bool) -> Side:
    listed = {kind: list(value.get(key) or ()) for kind, key in LISTS.items()}
    lists = tuple(
        {"path": f"{path}-{key}", "kind": kind, "label": capfirst(LABELS[kind][0]), "hint": LABELS[kind][1]}
        | {"text": ", ".join(_texts(kind, listed[kind]))}
        for kind, key in LISTS.items()
    )
    return Side(
        path=path,
        title=title,
        everyone=bool(value.get("everyone")),
        may_be_everyone=may_be_everyone,
        lists=lists,
        sheet=value.get("sheet"),
        chosen=json.dumps(list(_chips(listed, company)), ensure_ascii=False),
    )


def _texts(kind: str, values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        if kind == "department" and isinstance(value, Mapping):
            yield f"{value.get('number')}{'' if value.get('below', True) else ONLY_ITSELF}"
        else:
            yield str(value)


def _chips(listed: Mapping[str, list[Any]], company: int) -> Iterable[dict[str, Any]]:
    """The first choices of the pickers: the chosen ones by name."""
    alone = {
        str(department["number"])
        for department in listed["department"]
        if isinstance(department, Mapping) and not department.get("below", True)
    }
    for kind in KINDS:
        ids = [item.get("number") if isinstance(item, Mapping) else item for item in listed[kind]]
        usable = [key for key in ids if kind == "member" or isinstance(key, int)]
        for choice in services.named_choices(company, kind, usable) if company else ():
            yield {**choice.as_json(), "alone": kind == "department" and choice.id in alone}
