"""A card, or news."""

from collections.abc import Callable

from scheduling.content_kinds.content_kind import CardOf, Closing, MessageKind, Words, gettext_noop
from scheduling.content_kinds.content_kind_registry import register
from scheduling.content_kinds.links import in_card
from wecom.contents import Content


@register
class CardKind(MessageKind):
    """Any card of WeChat Work, drawn as a whole in one JSON value."""

    name, label, order = "card", gettext_noop("card or news"), 30
    fields = ("card",)
    spoken = ("card",)
    closing = Closing.ON_CARD
    leads = True

    def message(self, words: Words, card_of: CardOf) -> Content:
        return card_of(words["card"])

    def with_addresses(self, words: Words, change: Callable[[str], str]) -> Words:
        return {**words, "card": in_card(words["card"], change)}
