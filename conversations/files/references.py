"""Rows that flows and knowledge name: departments and tags by WeChat Work's numbers, the others by their names."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from avatars.models import DigitalHuman, Presentation, RenderTemplate
from conversations.models import Flow, Topic
from core.interchange.flaws import Findings, Place
from core.interchange.named_rows import References as NamedRows
from wecom.models import Department, Tag

NATURAL_KEYS: Mapping[type[Model], str] = {
    Department: "number",
    DigitalHuman: "name",
    Flow: "name",
    Presentation: "name",
    RenderTemplate: "name",
    Tag: "number",
    Topic: "name",
}


class References(NamedRows):
    """Looks up each name once: thousands of answers share a few departments."""

    keys = NATURAL_KEYS

    def __init__(self) -> None:
        self.known: dict[tuple[type[Model], Any], Any] = {}

    def add_topic(self, name: Any, place: Place, findings: Findings) -> None:
        """Let a file name a new topic: it is saved with the rows that name it."""
        if not isinstance(name, str) or not name or (Topic, name) in self.known:
            return
        try:
            self.known[Topic, name] = Topic.objects.called(name)
        except ValidationError as error:
            findings.add_invalid(place, error, _("Correct it in the file."))

    def row(self, model: type[Model], value: Any, place: Place, findings: Findings) -> Any:
        if type(value) not in (int, str):
            return super().row(model, value, place, findings)
        if self.known.get((model, value)) is None:
            self.known[model, value] = super().row(model, value, place, findings)
        return self.known[model, value]
