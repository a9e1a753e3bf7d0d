"""Differences between two descriptions of a campaign, in words: a place, its old value, its new value."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.dateparse import parse_datetime
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from avatars.models import DigitalHuman, Presentation, PresentationScene, RenderTemplate, TemplateVariable, Voice
from conversations.models import Desk, Flow, FlowVersion, Topic
from core.interchange.row_differences import Difference
from core.web.admin import NOTHING
from scheduling.admin.cards.card_words import card_lines
from scheduling.descriptions import listed
from scheduling.models import Campaign, CampaignContent, Segment, Series
from wecom.models import Application, Department, Member, Tag

NAMED: dict[str, type[Model]] = {
    "digital_human_id": DigitalHuman,
    "partner_id": DigitalHuman,
    "voice_id": Voice,
    "flow_version": FlowVersion,
    "template_id": RenderTemplate,
    "presentation_id": Presentation,
    "flow_id": Flow,
    "application": Application,
    "topic": Topic,
}
SOURCES: dict[str, type[Model]] = {"template": RenderTemplate, "presentation": Presentation}
PIECES: dict[str, tuple[Any, type[Model]]] = {
    "scenes": (_("scene"), PresentationScene),
    "variables": (_("variable"), TemplateVariable),
}
PARTS = {
    "everyone": _("everyone"),
    "departments": _("departments"),
    "tags": _("tags"),
    "members": _("members"),
    "segments": _("segments"),
    "sheet": _("uploaded list"),
}
SHOWN = 12
EVERY = 100  # per cent: the share of a variant that is alone


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table."""

    label: str
    before: str
    after: str


def readable(differences: Iterable[Difference], campaign: Campaign | Series) -> list[Row]:
    """The lines of the table, without those that are empty on both sides and the hidden parts of a segment's rule."""
    rows = []
    for difference in _pieces(differences):
        row = Row(
            label=_label(difference.path),
            before=_words(difference.path, difference.before, campaign),
            after=_words(difference.path, difference.after, campaign),
        )
        undivided = difference.path.endswith(".share") and difference.before is None and difference.after == EVERY
        if row.before != row.after and row not in rows and not undivided:
            rows.append(row)
    return rows


def _pieces(differences: Iterable[Difference]) -> Iterator[Difference]:
    """Each leaf: a whole that came or went is taken apart, except for audiences and rules."""
    for difference in differences:
        before, after = difference.before or {}, difference.after or {}
        whole = isinstance(before, dict) and isinstance(after, dict)
        kept = difference.path.startswith(("audience", "segments")) or difference.path.endswith((".values", ".card"))
        if whole and not kept:
            for key in sorted({*before, *after}):
                yield from _pieces(
                    [Difference(path=f"{difference.path}.{key}", before=before.get(key), after=after.get(key))]
                )
        else:
            yield difference


def _label(path: str) -> str:
    first, *rest = path.split(".")
    if first == "contents" and rest:
        variant, _slash, language = rest[0].partition("/")
        place = gettext("%(language)s, variant %(variant)s") % {
            "language": Desk.Language(language).label if language in Desk.Language.values else language,
            "variant": variant,
        }
        return f"{_content_field(rest[1:])} ({place})" if rest[1:] else place
    if first == "time" and rest:
        return _field(Campaign, rest[0])
    if first == "audience":
        without = rest[:1] == ["exclude"]
        part = PARTS.get((rest[1:] if without else rest or [""])[0] if rest[1:] or not without else "", "")
        label = gettext("left out") if without else gettext("who gets it")
        return f"{label}: {part}" if part else label
    if first == "segments":
        return gettext("rule of a segment")
    return _field(Campaign, "offers_settings" if first == "way_out" else first)


def _content_field(names: list[str]) -> str:
    """The name of a field, or the way to it within a video template or a presentation."""
    label, model = _field(CampaignContent, "flow" if names[0] == "flow_version" else names[0]), SOURCES.get(names[0])
    rest = names[1:] if model else []
    if rest[1:] and rest[0] in PIECES:
        piece, model = PIECES[rest[0]]
        label, rest = f"{label}: {piece} {rest[1]}", rest[2:]
    return f"{label}: {_field(model, rest[0])}" if model and rest else label


def _field(model: type[Model], name: str) -> str:
    try:
        return str(model._meta.get_field(name.removesuffix("_id")).verbose_name)  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return name


def _words(path: str, value: Any, campaign: Campaign | Series) -> str:
    if value in (None, "", {}, [], ()):
        return NOTHING
    name = path.rsplit(".", 1)[-1]
    if name in NAMED:
        return str(NAMED[name]._default_manager.filter(pk=value).first() or f"#{value}")
    if path.startswith("audience"):
        return _audience(name, value, campaign)
    if path.startswith("segments"):
        return gettext("changed")
    if value is True:
        return gettext("yes")
    if name == "starts_at":
        at = parse_datetime(str(value))
        return f"{at.astimezone(campaign.zone):%Y-%m-%d %H:%M}" if at else str(value)
    if name in ("window_from", "window_until"):
        return str(value)[:5]
    if name == "window_weekdays":
        return listed([str(WEEKDAYS[day - 1]) for day in value if day in range(1, 8)])
    choices = dict(getattr(_find(name), "flatchoices", None) or ())
    if value in choices:
        return str(choices[value])
    if name == "card":
        return "\n".join(card_lines(value))
    if isinstance(value, dict):
        return "\n".join(f"{key}: {part}" for key, part in value.items())
    return str(value)


def _find(name: str) -> Any:
    try:
        return Campaign._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _part(label: str, text: str, value: Any) -> str:
    """A part of an audience; “everyone” says all by itself."""
    return label if value is True else gettext("%(name)s: %(text)s") % {"name": label, "text": text}


def _audience(name: str, value: Any, campaign: Campaign | Series) -> str:
    if isinstance(value, dict):
        names = {**PARTS, "exclude": gettext("left out")}
        parts = (_part(str(names.get(key, key)), _audience(key, part, campaign), part) for key, part in value.items())
        return pgettext("between alternatives", "; ").join(parts)
    if value is True:
        return gettext("yes")
    application = campaign.sender
    company = application.corporation_id if application else None
    if not isinstance(value, list):
        return str(value)
    keys = [item["number"] if isinstance(item, dict) else item for item in value]
    rows: dict[Any, str] = {}
    if name == "segments":
        rows = dict(Segment.objects.filter(pk__in=keys).values_list("pk", "name"))
    elif name == "departments":
        rows = dict(Department.objects.filter(corporation=company, number__in=keys).values_list("number", "name"))
    elif name == "tags":
        rows = dict(Tag.objects.filter(corporation=company, number__in=keys).values_list("number", "name"))
    elif name == "members":
        rows = dict(Member.objects.filter(corporation=company, user_id__in=keys[:SHOWN]).values_list("user_id", "name"))
    named = listed([rows.get(key) or str(key) for key in keys[:SHOWN]])
    more = len(keys) - SHOWN
    return gettext("%(names)s and %(more)d more") % {"names": named, "more": more} if more > 0 else named
