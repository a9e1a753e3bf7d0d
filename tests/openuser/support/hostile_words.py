"""Words that attack a page: writes them into every text of every row, and finds them in HTML that was not escaped."""

from html.parser import HTMLParser
from typing import Any

from django.db.models import CharField, Field, JSONField, Model, TextField
from django.utils import timezone

MARKUP = """<script>hostile()</script>"'><img src=x onerror=hostile()>{{7777*7}}"""
ADDRESS = "javascript:1/hostile()"  # the number is another one in each row
SHORT = '"><hos>'  # for columns that have no room for more
COMPUTED = "54439"
ADDRESSES = {"url", "api_base_url", "page", "held_reason"}
ROOM = 16
LINKS = {"href", "src", "action", "formaction", "data", "hx-get", "hx-post", "xlink:href"}
# What a program reads, and what a page could not open without: no form and no member can put words there.
KEPT = {"cid", "cron", "time_zone", "codename", "session_data", "task", "timezone", "model", "app_label", "source"}
KEPT_FIELDS = {
    *("conversations.WatchLink.name", "wecom.Application.webhook_key"),
    *("avatars.Likeness.portrait", "avatars.Likeness.voice_key"),
    *("avatars.Statement.portrait", "avatars.Statement.voice_key"),
}
# Texts for people in JSON; other keys are names that programs know.
WORDS = {"text", "name", "label", "content", "title", "description", "question", "answer", "detail", "note"}


def write(row: Model) -> None:
    """Every text of a row becomes hostile words, as far as its column has room."""
    values = {field.name: value_of(field, row) for field in row._meta.concrete_fields if is_text(field)}
    if "withdrawn_by" in values:
        values["withdrawn_at"] = timezone.now()
    if values:
        type(row)._default_manager.filter(pk=row.pk).update(**values)


def is_text(field: Field[Any, Any]) -> bool:
    return (
        isinstance(field, CharField | TextField | JSONField)
        and not field.choices
        and not field.primary_key
        and field.name not in KEPT
        and str(field) not in KEPT_FIELDS
    )


def value_of(field: Field[Any, Any], row: Model) -> Any:
    """The words for a column; another beginning for each row, since columns may be unique."""
    if isinstance(field, JSONField):
        return inside(getattr(row, field.attname))
    if field.max_length and field.max_length < ROOM:
        return SHORT[: field.max_length]
    words = ADDRESS.replace("1", str(row.pk)) if field.name in ADDRESSES else f"{row.pk}{MARKUP}"
    return words[: field.max_length]


def inside(value: Any, *, told: bool = False) -> Any:
    """JSON of the same shape with these words in the places of words."""
    if isinstance(value, dict):
        return {key: inside(part, told=key in WORDS) for key, part in value.items()}
    if isinstance(value, list):
        return [inside(part, told=True) for part in value]
    return MARKUP if told and isinstance(value, str) else value


class Page(HTMLParser):
    """Collects what a browser would run or follow in a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = ["computed"] if COMPUTED in html else []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [f"<{tag}>"] if tag == "hos" else []
        for name, value in attrs:
            text = value or ""
            if (name == "onerror") or (name in LINKS and text.strip().lower().startswith("javascript:")):
                self.found.append(f"<{tag} {name}={text[:40]}>")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script" and data.lstrip().startswith("hos"):
            self.found.append(f"<script>{data[:40]}")


def unescaped(html: str) -> list[str]:
    """What a browser would take for a tag, a script or an address in words that only should be shown."""
    return Page(html).found
