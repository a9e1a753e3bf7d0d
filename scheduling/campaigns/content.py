"""The words of a campaign as a run carries them: frozen when it starts, and made into a message of WeChat Work."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from scheduling.audience import variables
from scheduling.campaigns.way_out import on_card, way_out, with_way_out
from scheduling.content_kinds.content_kind import Closing, ContentKind, MessageKind
from scheduling.content_kinds.content_kind_registry import kind_named
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign
from wecom import contents
from wecom.content_serializers import CONTENT_KINDS, build_content, serializer_for
from wecom.exceptions import ContentError


@dataclass(frozen=True, kw_only=True)
class CampaignWords:
    """The contents of a run, by variant and language, as `approval.describe` has them."""

    campaign_id: int
    content_type: str
    contents: Mapping[str, Mapping[str, Any]]
    shows_way_out: bool = False
    is_alone: bool = False
    names_one_member: bool = False

    @classmethod
    def of(cls, campaign_id: int, description: Mapping[str, Any]) -> "CampaignWords":
        return cls(
            campaign_id=campaign_id,
            content_type=description["content_type"],
            contents=description["contents"],
            shows_way_out=bool(description.get("way_out")),
            is_alone=description.get("policy") == Campaign.Policy.ALONE,
            names_one_member=_names_one_member(description.get("audience") or {}),
        )

    def __getitem__(self, key: tuple[str, str]) -> Mapping[str, Any]:
        variant, language = key
        own = self.contents[f"{variant}/{language}"]
        return {**own, **way_out(language)} if self.shows_way_out else own

    @cached_property
    def shares(self) -> dict[str, int]:
        """The variants with their share in per cent, in their order."""
        return {key.partition("/")[0]: int(content["share"]) for key, content in sorted(self.contents.items())}

    def languages(self, variant: str) -> list[str]:
        """The languages that a variant has."""
        keys = (key.partition("/") for key in sorted(self.contents))
        return [language for name, _slash, language in keys if name == variant]

    def usual_language(self, variant: str) -> str:
        """The language for members whose own a variant lacks."""
        own = self.languages(variant)
        return "zh-hans" if "zh-hans" in own else own[0]

    @cached_property
    def texts(self) -> list[str]:
        """All texts that may have variables."""
        parts = (part for content in self.contents.values() for part in (plain_words(content), content.get("values")))
        return [text for part in parts for text in _strings(part)]

    @property
    def needed(self) -> list[str]:
        """The names of variables without which a member gets nothing: they have no default."""
        parts = (
            part
            for content in self.contents.values()
            for part in (plain_words(content), None if content.get("defaults") else content.get("values"))
        )
        return variables.needed_in(text for part in parts for text in _strings(part))

    @property
    def is_personal(self) -> bool:
        """Whether the words differ from member to member."""
        return next(variables.variables_of(self.texts), None) is not None

    @property
    def splices(self) -> bool | None:
        """Whether repeated sentences of its videos are rendered once; None means as the template is set."""
        return True if self.is_personal and not self.names_one_member else None

    @property
    def kind(self) -> ContentKind:
        return kind_named(self.content_type)

    @property
    def in_parts(self) -> bool:
        """Whether a long text goes out in numbered parts: to as few members as a schedule has."""
        return self.is_alone and self.kind.in_parts

    @property
    def batch_size(self) -> int:
        return self.kind.batch_size(is_personal=self.is_personal)


def plain_words(content: Mapping[str, Any]) -> list[Any]:
    """The words of a content that may have variables: a text that is sent as it is written has none."""
    return [content["card"]] if content.get("literal") else [content["text"], content["card"]]


def text_of(content: Mapping[str, Any], facts: Mapping[str, str]) -> str:
    """The text of a content for a member with these facts."""
    text: str = content["text"]
    return text if content.get("literal") else variables.fill(text, facts)


def whole_text(words: Mapping[str, Any], facts: Mapping[str, str]) -> str:
    """The text of a content with its last line, for a member with these facts."""
    return with_way_out(text_of(words, facts), words)


def compose(kind: ContentKind, words: Mapping[str, Any], facts: Mapping[str, str]) -> contents.Content:
    """The message of one member, or of all who get equal words. Raises `SchedulingError` for a content that cannot be
    sent."""
    assert isinstance(kind, MessageKind), kind.name
    as_written = ("text",) if words.get("literal") else ()
    spoken = {**words, **{name: filled(words[name], facts) for name in kind.spoken if name not in as_written}}
    if kind.closing == Closing.IN_TEXT:
        spoken["text"] = with_way_out(spoken["text"], words)
    try:
        message = kind.message(spoken, _card)
    except ContentError as error:
        raise SchedulingError(error.message, code=error.code, field=error.field, remedy=error.remedy) from error
    whole: contents.Content = (on_card(message, words) if kind.closing == Closing.ON_CARD else None) or message
    return whole


def has_room_for_way_out(card: Mapping[str, Any], words: Mapping[str, Any]) -> bool:
    """Whether a card that can be composed has room for the line that links to the member's preferences."""
    return on_card(_card(card), words) is not None


def _card(card: Mapping[str, Any]) -> contents.Content:
    kind = str(card.get("kind") or "")
    value = CONTENT_KINDS.get(kind)
    if value is None:
        remedy = _("There are: %(known)s.") % {"known": ", ".join(CONTENT_KINDS)}
        raise SchedulingError(_("There is no such card."), code="card_kind", field="card", remedy=remedy)
    serializer = serializer_for(CardValue, kind, value)(data=card)
    if not serializer.is_valid():
        field, first = next(iter(serializer.errors.items()))
        raise SchedulingError(f"{field}: {_first(first)}", code="card_invalid", field="card")
    return build_content(value, serializer.validated_data)


class CardValue(serializers.Serializer[Any]):
    """The value class that the serializer of a kind of card is made of."""


def filled(value: Any, facts: Mapping[str, str]) -> Any:
    """A card, or a part of one, with its variables replaced."""
    if isinstance(value, str):
        return variables.fill(value, facts)
    if isinstance(value, Mapping):
        return {key: filled(part, facts) for key, part in value.items()}
    return [filled(part, facts) for part in value] if isinstance(value, list) else value


def _names_one_member(audience: Mapping[str, Any]) -> bool:
    """Whether it goes to a single member, by their user ID."""
    return audience.keys() == {"members"} and len(audience["members"]) == 1


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for part in value.values() for text in _strings(part)]
    return [text for part in value for text in _strings(part)] if isinstance(value, list) else []


def _first(errors: Any) -> str:
    while isinstance(errors, (list, dict)) and errors:
        errors = next(iter(errors.values())) if isinstance(errors, dict) else errors[0]
    return str(errors)
