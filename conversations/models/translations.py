"""Texts of a row in other languages than its own, by language and name of the field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _

from conversations.models.messages import Desk

OF_FLOWS = ("name", "expire_text")
OF_STEPS = ("title", "text", "link", "picture_url", "choices", "retry_text", "reminder")


@deconstructible
@dataclass(unsafe_hash=True)
class KnownTexts:
    """Refuses keys other than these names, by language, and values other than texts."""

    names: tuple[str, ...]

    def __call__(self, value: Any) -> None:
        for language, texts in value.items() if isinstance(value, Mapping) else (("", None),):
            if language not in Desk.Language.values or not isinstance(texts, Mapping):
                known = ", ".join(Desk.Language.values)
                raise ValidationError(_("Write texts by language. There are: %(known)s.") % {"known": known})
            for name, text in texts.items():
                if name not in self.names or not isinstance(text, str):
                    words = _("“%(name)s” is no text that may be translated. There are: %(known)s.")
                    raise ValidationError(words % {"name": name, "known": ", ".join(self.names)})


def translations_of(names: tuple[str, ...]) -> "models.JSONField[Any, Any]":
    """A field with texts of these names in other languages: `{"en": {"text": "Hello"}}`."""
    return models.JSONField(
        _("texts in other languages"),
        default=dict,
        blank=True,
        db_default=models.Value({}, models.JSONField()),
        validators=[KnownTexts(names)],
    )
