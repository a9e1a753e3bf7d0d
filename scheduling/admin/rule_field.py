"""The rule of a segment as a form field: rows of subject, test and value, and groups of them.

Every part is a plain form element (`rule-0-subject`, `rule-1-0-value`), so that the form saves without JavaScript;
`scheduling/rules.js` puts the right inputs in the place of the plain value, adds and removes rows, and counts.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from scheduling import services
from scheduling.exceptions import SchedulingError
from wecom.models import Corporation

OPS = (
    ("all", _("all of these")),
    ("any", _("any of these")),
    ("none", _("none of these")),
)
DEEPEST = 3
_SPLIT = re.compile(r"[,，、;；\n]+")
_ENDS = re.compile(r"\s*(?:\.\.|…|~|～|至|到|,|，)\s*")
PLACES = ("department", "tag", "segment")


@dataclass(kw_only=True)
class Row:
    """A condition or a group of the form; `path` begins the names of its elements."""

    path: str
    depth: int
    op: str = ""
    subject: str = ""
    test: str = ""
    value: str = ""
    below: bool = True
    names: str = "[]"
    flaw: str = ""
    is_lost: bool = False
    rows: list["Row"] = field(default_factory=list)

    @property
    def is_group(self) -> bool:
        return bool(self.op)

    @property
    def spare(self) -> "Row":
        """An empty condition at the end of a group, for a browser without JavaScript."""
        return Row(path=f"{self.path}-{len(self.rows)}", depth=self.depth)

    @property
    def spare_group(self) -> "Row":
        """An empty group at the end of a group, likewise."""
        return Row(path=f"{self.path}-{len(self.rows) + 1}", depth=self.depth + 1, op="any")

    def note_lost(self, known: Collection[str]) -> None:
        """Mark conditions whose subject is gone: the list of subjects lacks them, and they stay until removed."""
        self.is_lost = bool(self.subject) and self.subject not in known
        for row in self.rows:
            row.note_lost(known)


class RuleWidget(forms.Widget):
    """Draws the rows and reads them back. Its field sets `corporation`, and `flaw` where a row is wrong."""

    corporation: Corporation | None = None
    own: int | None = None
    flaw: tuple[str, str] = ("", "")

    class Media:
        css = {"all": ("scheduling/audience.css",)}
        js = ("scheduling/chips.js", "scheduling/rules.js")

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, Any]:
        return rule_of_post(data, name, self.corporation)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-op" not in data

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        root = row_of_rule(value or {"op": "all", "rules": []}, name, 1, self.corporation)
        _mark(root, *self.flaw)
        subjects = services.subjects_for_rules(self.corporation) if self.corporation else {}
        root.note_lost(subjects)
        catalogue = services.rule_catalogue(subjects)
        context = {
            "root": root,
            "blank": Row(path="__path__", depth=1),
            "blank_group": Row(path="__path__", depth=2, op="any"),
            "ops": OPS,
            "subjects": subjects.values(),
            "catalogue": json.dumps(catalogue, ensure_ascii=False),
            "tests": catalogue["tests"].items(),
            "own": self.own or "",
        }
        return render_to_string("admin/segments/rule.html", context)


class RuleField(forms.Field):
    """A rule in its JSON form. Set `corporation` before it is cleaned, and `own` to the key of its segment."""

    widget = RuleWidget
    corporation: Corporation | None = None

    def of(self, corporation: Corporation | None, own: int | None = None) -> None:
        """Whose facts, departments and segments the rule may name."""
        self.corporation = self.widget.corporation = corporation
        self.widget.own = own

    def clean(self, value: Any) -> Any:
        if self.corporation is None:
            return value
        try:
            services.check_rule(value, corporation=self.corporation, own=self.widget.own)
        except SchedulingError as error:
            self.widget.flaw = (error.field, str(error))
            raise forms.ValidationError(str(error), code=error.code) from error
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or {}) != data)


def rule_of_post(data: Mapping[str, Any], name: str, corporation: Corporation | None) -> dict[str, Any]:
    """The JSON of the rule in a form's data; rows without a subject are left out."""
    pattern = re.compile(rf"{re.escape(name)}((?:-\d+)*)-(op|subject|test|value|below)\Z")
    nodes: dict[tuple[int, ...], dict[str, str]] = {(): {"op": "all"}}
    for key in data:
        if match := pattern.match(key):
            path = tuple(int(part) for part in match[1].split("-") if part)
            if len(path) <= DEEPEST:
                nodes.setdefault(path, {})[match[2]] = str(data[key])
    return _group_of(nodes, (), corporation)


def _group_of(
    nodes: Mapping[tuple[int, ...], Mapping[str, str]], path: tuple[int, ...], corporation: Corporation | None
) -> dict[str, Any]:
    inside = sorted(part for part in nodes if len(part) == len(path) + 1 and part[: len(path)] == path)
    rules = []
    for part in inside:
        if "op" in nodes[part]:
            rules.append(_group_of(nodes, part, corporation))
        elif nodes[part].get("subject", "").strip():
            rules.append(_condition_of(nodes[part], corporation))
    return {"op": nodes[path].get("op", "all"), "rules": [rule for rule in rules if rule.get("rules", True)]}


def _condition_of(fields: Mapping[str, str], corporation: Corporation | None) -> dict[str, Any]:
    subject, test, text = fields["subject"].strip(), fields.get("test", "").strip(), fields.get("value", "").strip()
    shape = services.value_shape(test)
    data: dict[str, Any] = {"subject": subject, "test": test}
    if shape in ("range", "days"):
        data["value"] = [part for part in _ENDS.split(text) if part]
    elif shape == "many":
        parts = [part.strip() for part in _SPLIT.split(text) if part.strip()]
        data["value"] = [_numbered(subject, part, corporation) for part in parts]
    elif shape != "nothing":
        data["value"] = text
    if subject == "department" and fields.get("below") == "no":
        data["below"] = False
    return data


def _numbered(subject: str, text: str, corporation: Corporation | None) -> str:
    """The number of a department, tag or segment that is written by its name, if only one has it."""
    if subject not in PLACES or text.isdecimal() or corporation is None:
        return text
    choices = [choice for choice in services.find_choices(corporation.pk, text, [subject]) if choice.name == text]
    return choices[0].id if len(choices) == 1 else text


def row_of_rule(rule: Mapping[str, Any], path: str, depth: int, corporation: Corporation | None) -> Row:
    """The rows of the form for the JSON of a group."""
    row = Row(path=path, depth=depth, op=str(rule.get("op", "all")))
    for number, inner in enumerate(rule.get("rules", ())):
        inside = f"{path}-{number}"
        if "rules" in inner or "op" in inner:
            row.rows.append(row_of_rule(inner, inside, depth + 1, corporation))
        else:
            row.rows.append(_condition_row(inner, inside, depth, corporation))
    return row


def _condition_row(rule: Mapping[str, Any], path: str, depth: int, corporation: Corporation | None) -> Row:
    value, subject = rule.get("value"), str(rule.get("subject", ""))
    names: list[Any] = []
    if subject in PLACES and corporation and isinstance(value, list):
        numbers = [int(number) for number in value if str(number).isdecimal()]
        names = [choice.as_json() for choice in services.named_choices(corporation.pk, subject, numbers)]
    return Row(
        path=path,
        depth=depth,
        subject=subject,
        test=str(rule.get("test", "")),
        value=value_text(value, str(rule.get("test", ""))),
        below=bool(rule.get("below", True)),
        names=json.dumps(names, ensure_ascii=False),
    )


def value_text(value: Any, test: str) -> str:
    """A value as the plain input has it: `-30..0`, `7, 9`, `yes`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        between = ".." if services.value_shape(test) in ("range", "days") else ", "
        return between.join(map(str, value))
    return "" if value is None else str(value)


def _mark(root: Row, place: str, fault: str) -> None:
    """Put the words beside the row whose place in the rule (`rule.1.0.value`) begins so."""
    if not fault:
        return
    numbers = [int(part) for part in place.split(".")[1:] if part.isdecimal()]
    row = root
    for number in numbers:
        if number < len(row.rows):
            row = row.rows[number]
    row.flaw = fault if row is not root else ""
