"""A card as a form field: its kind, its words, and rows of buttons, choices and links.

Every part is a plain form element (`a_zh_card-title`, `a_zh_card-buttons-0-text`), so that the form saves without
JavaScript; `scheduling/cards.js` shows the parts of the chosen kind, moves rows, and draws the phone beside them.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from scheduling.campaigns.cards.conversion import card_of, is_empty, parts_of
from scheduling.campaigns.cards.parts import ACTIONS, FIRST, KINDS, Part, PartList

OTHER = "other"
PLACES = (
    *("title", "description", "picture", "figure", "figure_text", "text", "url", "btn_text", "several"),
    *("articles", "buttons", "choices", "selectors", "submit", "paragraphs", "rows", "jumps"),
)
"""The order of the parts on the page."""
WITH_VARIABLES = ("title", "description", "text")
HIDDEN = ("style", "id", "ids")
UNSAID = ("question", "submit_key")
"""Keys that a card has from elsewhere and keeps."""


class CardWidget(forms.Widget):
    """Draws the parts and reads them back. `flaws` are errors by the part's name, `variables` the facts to offer."""

    variables: tuple[str, str] = ("", "")

    class Media:
        css = {"all": ("scheduling/audience.css", "scheduling/cards.css")}
        js = ("scheduling/cards.js",)

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.flaws: dict[str, str] = {}

    def __deepcopy__(self, memo: Any) -> "CardWidget":
        copied: CardWidget = super().__deepcopy__(memo)
        copied.flaws = {}  # those of one form
        return copied

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return card_of_post(data, name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-kind" not in data

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-kind" if id_ else ""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        card = value if isinstance(value, Mapping) else {}
        parts = {"kind": FIRST} if not value else parts_of(card)
        raw = value if isinstance(value, str) else json.dumps(card, ensure_ascii=False, indent=1) if not parts else ""
        chosen = parts or {"kind": OTHER}
        context = {
            "name": name,
            "kinds": [*((key, kind.label) for key, kind in KINDS.items()), (OTHER, _("another card, as JSON"))],
            "chosen": chosen["kind"],
            "elements": [*self._elements(name, chosen)],
            "kept": [(f"{name}-{key}", chosen.get(key) or "") for key in UNSAID],
            "json": raw,
            "json_flaw": self.flaws.get("json", ""),
            "actions": ACTIONS,
            "variables": self.variables,
        }
        return render_to_string("admin/cards/form.html", context)

    def _elements(self, name: str, parts: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        for place in PLACES:
            kinds = {key: element for key, kind in KINDS.items() if (element := _find(kind.parts, kind.lists, place))}
            first, shown = next(iter(kinds.values())), " ".join(kinds)
            own = {"path": f"{name}-{place}", "kinds": shown, "label": first.label, "flaw": self.flaws.get(place, "")}
            if isinstance(first, Part):
                variables = place in WITH_VARIABLES
                yield {**own, "part": first, "value": parts.get(place) or "", "variables": variables}
            else:
                rows = [
                    self._row(first, name, place, str(number), row) for number, row in enumerate(parts.get(place) or ())
                ]
                spare = self._row(first, name, place, str(len(rows)), {})
                blank = self._row(first, name, place, "__number__", {})
                yield {**own, "list": first, "rows": rows, "spare": spare, "blank": blank}

    def _row(self, rows: PartList, name: str, place: str, number: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row of a list; one without values is empty."""
        cells = []
        for column in rows.columns:
            value = row.get(column.name) or ""
            shown = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
            path = f"{place}-{number}-{column.name}"
            cells.append(
                {
                    "column": column,
                    "path": f"{name}-{path}",
                    "value": shown,
                    "flaw": self.flaws.get(path, ""),
                    "hidden": column.name in HIDDEN or (column.name == "key" and rows.name != "buttons"),
                }
            )
        return {"path": f"{name}-{place}-{number}", "cells": cells, "one": rows.one}


class CardField(forms.Field):
    """A card in its JSON form; {} where nothing is filled in."""

    widget = CardWidget

    def clean(self, value: Any) -> dict[str, Any]:
        if isinstance(value, str):
            raise forms.ValidationError(_("This is no JSON of a card."), code="json")
        return dict(value or {})

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or {}) != (data or {}))


def card_of_post(data: Mapping[str, Any], name: str) -> dict[str, Any] | str:
    """The card in a form's data, {} for none; a text that is no JSON as it was sent."""
    chosen = str(data.get(f"{name}-kind") or FIRST)
    if chosen not in KINDS:
        return _json(str(data.get(f"{name}-json") or ""))
    kind = KINDS[chosen]
    parts: dict[str, Any] = {"kind": chosen}
    for part in kind.parts:
        written = str(data.get(f"{name}-{part.name}") or "").strip()
        parts[part.name] = bool(written) if part.is_switch else written.replace("\r\n", "\n")
    for rows in kind.lists:
        parts[rows.name] = [*_rows_of_post(rows, data, f"{name}-{rows.name}")]
    parts |= {key: str(data.get(f"{name}-{key}") or "") for key in UNSAID}
    return {} if is_empty(parts) or not any(_written(kind.lists, parts)) else card_of(parts)


def _written(lists: tuple[PartList, ...], parts: Mapping[str, Any]) -> Iterator[bool]:
    """Whether each part says something; rows that are there but empty do not."""
    names = {rows.name for rows in lists}
    for name, value in parts.items():
        if name in names:
            yield any(cell for row in value for key, cell in row.items() if key not in ("action", "style", "key"))
        elif name not in ("kind", *UNSAID):
            yield bool(value)


def _rows_of_post(rows: PartList, data: Mapping[str, Any], path: str) -> Iterator[dict[str, Any]]:
    pattern = re.compile(rf"{re.escape(path)}-(\d{{1,3}})-\w+\Z")
    numbers = {int(match[1]) for key in data if (match := pattern.match(key))}
    for number in sorted(numbers):
        row: dict[str, Any] = {
            column.name: str(data.get(f"{path}-{number}-{column.name}") or "").strip().replace("\r\n", "\n")
            for column in rows.columns
        }
        if "ids" in row:
            row["ids"] = _object(row["ids"])
        if "style" in row and not row["style"].isdecimal():
            row["style"] = ""
        yield row


def _json(text: str) -> dict[str, Any] | str:
    if not text.strip():
        return {}
    data = _object(text)
    return data if data else text


def _object(text: str) -> dict[str, Any]:
    """The object that is written as JSON; {} for anything else."""
    try:
        data = json.loads(text or "{}")
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _find(parts: tuple[Part, ...], lists: tuple[PartList, ...], name: str) -> Part | PartList | None:
    every: tuple[Part | PartList, ...] = (*parts, *lists)
    return next((part for part in every if part.name == name), None)
