"""An image, or a file: uploaded once, and sent without words."""

from collections.abc import Iterator
from typing import Any, ClassVar

from scheduling.content_kinds.content_kind import CardOf, Closing, Flaw, MessageKind, Words, gettext_noop
from scheduling.content_kinds.content_kind_registry import register
from wecom import contents


class StoredKind(MessageKind):
    """A stored file. The sender of the message uploads it."""

    fields = ("file",)
    closing = Closing.BEHIND
    content: ClassVar[type[contents.Image | contents.File]]

    def flaws(self, content: Any) -> Iterator[Flaw]:
        if not content.file:
            fault, remedy = gettext_noop("The file is missing."), gettext_noop("Choose a file.")
            yield Flaw(field="file", code="empty", words=fault, remedy=remedy)

    def message(self, words: Words, card_of: CardOf) -> contents.Content:
        return self.content()


@register
class ImageKind(StoredKind):
    """A picture that shows in the dialogue."""

    name, label, order = "image", gettext_noop("image"), 40
    content = contents.Image


@register
class FileKind(StoredKind):
    """A file that opens."""

    name, label, order = "file", gettext_noop("file"), 50
    content = contents.File
