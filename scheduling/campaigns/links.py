"""The links in the words of a campaign: found, and replaced by short ones of ours. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from scheduling.models import Campaign

ADDRESS = re.compile(r"https?://[^\s<>\"'“”‘’()（）\[\]【】《》，。；！？、]+")
END = ".,;:!?"
WRITTEN = (Campaign.ContentType.TEXT, Campaign.ContentType.MARKDOWN)
PICTURES = ("picture",)
"""Parts of cards whose `url` is that of a picture."""


def targets_of(content_type: str, own: Mapping[str, Any]) -> list[str]:
    """The addresses that a content leads to, each once, in their order; without those that differ by member."""
    targets: dict[str, None] = {}

    def note(target: str) -> str:
        targets[target] = None
        return target

    _mapped(content_type, own, note)
    return list(targets)


def with_links(content_type: str, own: Mapping[str, Any], short: Mapping[str, str]) -> Mapping[str, Any]:
    """The content with these addresses in the place of those that they stand for."""
    return _mapped(content_type, own, lambda target: short.get(target, target)) if short else own


def _mapped(content_type: str, own: Mapping[str, Any], change: Callable[[str], str]) -> Mapping[str, Any]:
    if content_type in WRITTEN:
        return {**own, "text": "".join(_pieces(own["text"], change))}
    if content_type == Campaign.ContentType.CARD:
        return {**own, "card": _part(own["card"], change)}
    return own


def _pieces(text: str, change: Callable[[str], str]) -> Iterator[str]:
    at = 0
    for match in ADDRESS.finditer(text):
        target = match[0].rstrip(END)
        yield text[at : match.start()]
        yield change(target) if is_countable(target) else target
        at = match.start() + len(target)
    yield text[at:]


def _part(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_part(part, change) for part in value]
    if not isinstance(value, Mapping):
        return value
    links = {}
    for key, part in value.items():
        if key == "url" and isinstance(part, str) and is_countable(part):
            links[key] = change(part)
        else:
            links[key] = part if key in PICTURES else _part(part, change)
    return links


def is_countable(target: str) -> bool:
    """Whether an address is a web page's, the same for all members."""
    return target.startswith(("https://", "http://")) and "{{" not in target
