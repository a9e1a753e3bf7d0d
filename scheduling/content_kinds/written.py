"""Text, and text in Markdown."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from scheduling.content_kinds.content_kind import CardOf, Closing, Flaw, MessageKind, Words, gettext_noop
from scheduling.content_kinds.content_kind_registry import register
from scheduling.content_kinds.links import in_text
from wecom import contents


class WrittenKind(MessageKind):
    """A message of words alone."""

    fields = ("text", "literal")
    spoken = ("text",)
    closing = Closing.IN_TEXT
    leads = True
    content: ClassVar[type[contents.Text | contents.Markdown]]

    def flaws(self, content: Any) -> Iterator[Flaw]:
        if not content.text.strip():
            fault, remedy = gettext_noop("There is nothing to say."), gettext_noop("Write what to say.")
            yield Flaw(field="text", code="empty", words=fault, remedy=remedy)

    def message(self, words: Words, card_of: CardOf) -> contents.Content:
        return self.content(content=words["text"])

    def with_addresses(self, words: Words, change: Callable[[str], str]) -> Words:
        return {**words, "text": in_text(words["text"], change)}


@register
class TextKind(WrittenKind):
    """Words as they are."""

    name, label, order = "text", gettext_noop("text"), 10
    in_parts = True
    content = contents.Text


@register
class MarkdownKind(WrittenKind):
    """Words with headings, quotes and colours."""

    name, label, order = "markdown", gettext_noop("text in Markdown"), 20
    content = contents.Markdown
