"""Rows that a file names: by their names, never by primary key.

Departments, tags and members stand in a file by WeChat Work's own numbers and user IDs. They are not looked up, because
the directory may get them with its next sync; the preview of an audience tells which are unknown.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from avatars.models import DigitalHuman, Presentation, RenderTemplate
from conversations.models import Flow, Topic
from core.interchange.flaws import Findings, Place
from core.interchange.named_rows import References as NamedRows
from scheduling.audience.audience_rule import parse_audience
from scheduling.exceptions import SchedulingError
from scheduling.models import AudienceSheet, Segment
from scheduling.segments.rules import parse_group
from wecom.models import Application, Corporation

NATURAL_KEYS: Mapping[type[Model], str] = {
    Application: "agent_id",
    DigitalHuman: "name",
    Flow: "name",
    Presentation: "name",
    RenderTemplate: "name",
    Topic: "name",
}
"""The field that names each model to which a campaign refers; a test fails for one that is missing here."""


class References(NamedRows):
    """The rows of one company by name. `coming` are segments that the file itself brings."""

    keys = NATURAL_KEYS

    def __init__(self, corporation: Corporation, coming: frozenset[str] = frozenset()) -> None:
        self.corporation = corporation
        self.coming = coming

    @cached_property
    def segments(self) -> dict[str, int]:
        return dict(Segment.objects.filter(corporation=self.corporation).values_list("name", "pk"))

    @cached_property
    def lists(self) -> dict[str, list[int]]:
        lists: dict[str, list[int]] = {}
        for name, key in AudienceSheet.objects.kept().filter(corporation=self.corporation).values_list("name", "pk"):
            lists.setdefault(name, []).append(key)
        return lists

    def rows(self, model: type[Model]) -> QuerySet[Any]:
        rows = super().rows(model)
        return rows.filter(corporation=self.corporation) if _is_of_company(model) else rows

    def audience_in_names(self, audience: Mapping[str, Any]) -> dict[str, Any]:
        """An audience as a file has it. Raises `SchedulingError` where it names a deleted row."""
        rule = parse_audience(audience).as_json()
        without = rule.pop("exclude", None)
        named = self._selection_in_names(rule)
        return {**named, "exclude": self._selection_in_names(without)} if without else named

    def audience_of_names(self, data: Any, place: Place, findings: Findings) -> dict[str, Any]:
        """The audience that a file means; errors go to the findings."""
        if not isinstance(data, Mapping):
            findings.add(place, _("An audience is an object."), _("Export a campaign to see how it is written."))
            return {}
        sides = {"": data, "exclude": data.get("exclude") or {}}
        audience: dict[str, Any] = {}
        for side, selection in sides.items():
            own = (*place, side) if side else place
            if not isinstance(selection, Mapping):
                findings.add(own, _("An audience is an object."), _("Export a campaign to see how it is written."))
                continue
            keys = self._selection_of_names(selection, own, findings)
            audience |= {side: keys} if side else keys
        try:
            return parse_audience({name: value for name, value in audience.items() if value}).as_json()
        except SchedulingError as error:
            findings.add_error(place[:-1], error)
            return {}

    def rule_in_names(self, rule: Any) -> dict[str, Any]:
        """A segment's rule as a file has it. Raises `SchedulingError` where it names a segment that is gone."""
        return dict(self._renamed(parse_group(rule).as_json(), lambda keys: sorted(map(self._segment_name, keys))))

    def rule_of_names(self, rule: Any, place: Place, findings: Findings) -> Any:
        """The rule that a file means; the segments that the file itself brings must be saved by now."""

        def keys(names: list[Any]) -> list[int]:
            segment_keys = (self._segment_key(name, place, findings) for name in names)
            return [key for key in segment_keys if key is not None]

        return self._renamed(rule, keys)

    def _selection_in_names(self, rule: Mapping[str, Any]) -> dict[str, Any]:
        named = dict(rule)
        if "segments" in named:
            named["segments"] = sorted(map(self._segment_name, named["segments"]))
        if "sheet" in named:
            key = named.pop("sheet")
            name = next((name for name, keys in self.lists.items() if key in keys), None)
            if name is None:
                fault, remedy = _("The audience names an uploaded list that is gone."), _("Correct the audience first.")
                raise SchedulingError(fault, code="list_gone", remedy=remedy, field="audience")
            named["list"] = name
        return named

    def _selection_of_names(self, data: Mapping[str, Any], place: Place, findings: Findings) -> dict[str, Any]:
        selection = {
            name: value for name, value in data.items() if name not in ("exclude", "segments", "list", "sheet")
        }
        if "sheet" in data:
            fault = _("An uploaded list stands in a file by its name.")
            findings.add((*place, "sheet"), fault, _("Write list: and its name."))
        names = data.get("segments") or []
        if not isinstance(names, list):
            findings.add((*place, "segments"), _("“%(name)s” is a list.") % {"name": "segments"}, _("Write a list."))
            names = []
        keys = [self._segment_key(name, (*place, "segments", n), findings) for n, name in enumerate(names)]
        selection["segments"] = [key for key in keys if key is not None]
        if "list" in data:
            selection["sheet"] = self._list_key(data["list"], (*place, "list"), findings)
        return selection

    def _segment_name(self, key: int) -> str:
        name = next((name for name, known in self.segments.items() if known == key), None)
        if name is None:
            fault, remedy = _("It names a segment that is gone."), _("Correct its audience or rule first.")
            raise SchedulingError(fault, code="segment_gone", remedy=remedy, field="audience")
        return name

    def _segment_key(self, name: Any, place: Place, findings: Findings) -> int | None:
        key = self.segments.get(name) if isinstance(name, str) else None
        if key is None and name not in self.coming:
            fault = _("There is no segment “%(name)s”, neither here nor in the file.") % {"name": name}
            remedy = _("Export it together with what uses it, or create it first.")
            findings.add(place, fault, remedy, code="reference_missing")
        return key

    def _list_key(self, name: Any, place: Place, findings: Findings) -> int | None:
        keys = self.lists.get(name, []) if isinstance(name, str) else []
        if len(keys) == 1:
            return keys[0]
        if keys:
            fault = _("Several uploaded lists are named “%(name)s”.") % {"name": name}
            findings.add(place, fault, _("Delete all but one of them."), code="reference_ambiguous")
        else:
            fault = _("There is no uploaded list “%(name)s” here.") % {"name": name}
            remedy = _("Upload it first, under this name: user IDs do not travel in files.")
            findings.add(place, fault, remedy, code="reference_missing")
        return None

    def _renamed(self, rule: Any, change: Any) -> Any:
        """A rule with the values of its conditions on segments changed."""
        if not isinstance(rule, Mapping):
            return rule
        renamed = dict(rule)
        if renamed.get("subject") == "segment" and isinstance(renamed.get("value"), list | tuple | str):
            value = renamed["value"]
            renamed["value"] = change([value] if isinstance(value, str) else list(value))
        if isinstance(renamed.get("rules"), list):
            renamed["rules"] = [self._renamed(inner, change) for inner in renamed["rules"]]
        return renamed


def _is_of_company(model: type[Model]) -> bool:
    return any(field.name == "corporation" for field in model._meta.fields)
