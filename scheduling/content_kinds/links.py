"""The links in the words of a campaign: found, and replaced by short ones of ours. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from scheduling.content_kinds.content_kind import ContentKind, Words

ADDRESS = re.compile(r"https?://[^\s<>\"'“”‘’()（）\[\]【】《》，。；！？、]+")
END = ".,;:!?"
PICTURES = ("picture",)
"""Parts of cards whose `url` is that of a picture."""


def targets_of(kind: ContentKind, words: Words) -> list[str]:
    """The addresses that a content leads to, each once, in their order; without those that differ by member."""
    targets: dict[str, None] = {}

    def note(target: str) -> str:
        targets[target] = None
        return target

    kind.with_addresses(words, note)
    return list(targets)


def with_links(kind: ContentKind, words: Words, short: Mapping[str, str]) -> Words:
    """The content with these addresses in the place of those that they stand for."""
    return kind.with_addresses(words, lambda target: short.get(target, target)) if short else words


def in_text(text: str, change: Callable[[str], str]) -> str:
    """A text with each countable address changed."""
    return "".join(_pieces(text, change))


def in_card(value: Any, change: Callable[[str], str]) -> Any:
    """A card, or a part of one, with each countable address changed."""
    if isinstance(value, list):
        return [in_card(part, change) for part in value]
    if not isinstance(value, Mapping):
        return value
    links = {}
    for key, part in value.items():
        if key == "url" and isinstance(part, str) and is_countable(part):
            links[key] = change(part)
        else:
            links[key] = part if key in PICTURES else in_card(part, change)
    return links


def is_countable(target: str) -> bool:
    """Whether an address is a web page's, the same for all members."""
    return target.startswith(("https://", "http://")) and "{{" not in target


def _pieces(text: str, change: Callable[[str], str]) -> Iterator[str]:
    at = 0
    for match in ADDRESS.finditer(text):
        target = match[0].rstrip(END)
        yield text[at : match.start()]
        yield change(target) if is_countable(target) else target
        at = match.start() + len(target)
    yield text[at:]
