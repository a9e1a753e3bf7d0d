"""The second column of a form: texts and files of a row in the other language of its flow, beside those in its own."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.contrib.admin.utils import flatten_fieldsets
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from conversations.models import Desk

ENDING = "_second"
OF_THE_MODEL = {"file": "second_file"}  # which no text is, so the row has a field for each
ROWS: Mapping[str, int] = {"text": 4, "choices": 5, "retry_text": 2, "reminder": 2, "expire_text": 2}


def second(name: str) -> str:
    """The name of the field beside this one."""
    return OF_THE_MODEL.get(name, f"{name}{ENDING}")


def add_fields(form: Any, names: Iterable[str], language: str) -> None:
    """Add the second column; without a language its labels say “the other language”."""
    texts = (form.instance.translations or {}).get(language, {})
    shown = str(Desk.Language(language).label) if language else _("the other language")
    for name in names:
        own, rows = form.instance._meta.get_field(name), ROWS.get(name)
        label = _("%(name)s (%(language)s)") % {"name": capfirst(own.verbose_name), "language": shown}
        if name in OF_THE_MODEL:
            if second(name) in form.fields:  # who may only look has no fields
                form.fields[second(name)].label = label
            continue
        widget = UnfoldAdminTextareaWidget(attrs={"rows": rows}) if rows else UnfoldAdminTextInputWidget()
        field = forms.CharField(label=label, required=False, max_length=own.max_length, widget=widget)
        form.fields[second(name)] = field
        form.initial.setdefault(second(name), texts.get(name, ""))


def keep_texts(form: Any, language: str) -> None:
    """Give the row the texts of the second column, once it is cleaned. Texts in a third language stay."""
    names = [name for name in form.fields if name.endswith(ENDING)]
    if language and names:
        kept = {**(form.instance.translations or {})}
        texts = {name.removesuffix(ENDING): form.cleaned_data.get(name) or "" for name in names}
        merged = {**kept.pop(language, {}), **texts}
        if filled := {name: text.replace("\r\n", "\n") for name, text in merged.items() if text}:
            kept[language] = filled
        form.instance.translations = kept


def beside(fieldsets: Any, names: Collection[str]) -> Any:
    """The fieldsets of a form, with a second field beside each of these."""
    lines = (
        tuple(line for entry in fieldset["fields"] for line in _lines(entry, names)) for _title, fieldset in fieldsets
    )
    return tuple((title, {**fieldset, "fields": own}) for (title, fieldset), own in zip(fieldsets, lines, strict=True))


def shown_beside(conditions: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """When fields are shown, with the second field of each of these like the first."""
    return {**conditions, **{second(name): conditions[name] for name in names if name in conditions}}


def for_readers(fieldsets: Any) -> Any:
    """The fieldsets for those who may not change the row: the method `in_second_language` instead of fields."""
    (title, main), *others = fieldsets
    return ((title, {**main, "fields": (*main["fields"], "in_second_language")}), *others)


def without_second(fieldsets: Any) -> list[str]:
    """The fields of a form that are those of its model."""
    return [name for name in flatten_fieldsets(fieldsets) if not name.endswith(ENDING)]


def texts_in(row: Any, language: str) -> SafeString:
    """The texts of a row in another language, to be read."""
    texts = (row.translations or {}).get(language, {})
    named = ((row._meta.get_field(name).verbose_name, text) for name, text in texts.items())
    return format_html_join("", "<p><b>{}</b><br>{}</p>", named)


def _lines(line: Any, names: Collection[str]) -> Iterator[Any]:
    """The line; a text that has a second one comes after it, on a line with that. A file needs a line of its own."""
    parts = line if isinstance(line, tuple) else (line,)
    if rest := tuple(name for name in parts if name not in names):
        yield rest if len(rest) > 1 else rest[0]
    for name in (part for part in parts if part in names):
        yield from (name, second(name)) if name in OF_THE_MODEL else [(name, second(name))]
