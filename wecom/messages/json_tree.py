"""A callback in JSON as the tree that its XML would be. Knows bytes and text, no framework.

The platform's own libraries have samples of both; which consoles offer JSON is not documented
(`Assumptions.json_callbacks`). Names differ in case only, and those are compared in any.
"""

import json
from typing import Any

from wecom.crypto import CryptoError
from wecom.messages.xml_tree import MAX_DEPTH, MAX_NODES, REFUSED, Node

# What XML could not hold, and no database column takes.
DROPPED = dict.fromkeys([*(set(range(0x20)) - {0x09, 0x0A, 0x0D}), 0xFFFE, 0xFFFF])


def is_json(body: bytes) -> bool:
    """Whether it begins as an object does."""
    return body.lstrip(b" \t\r\n").startswith(b"{")


def parse(body: bytes) -> Node:
    """JSON as a tree; a list is a row of equal elements, as `<a/><a/>`.

    Raises `CryptoError` -40002 for broken JSON; no object, and the limits of `xml_tree.parse`.
    """
    try:
        read = json.loads(
            body.decode(), object_pairs_hook=_Pairs, parse_int=str, parse_float=str, parse_constant=_refuse
        )
        whole = _Building().node("xml", read, depth=1)
        whole_text(whole)
    except (ValueError, RecursionError) as error:
        raise CryptoError(REFUSED, "The JSON is malformed.") from error
    if not isinstance(read, _Pairs):
        raise CryptoError(REFUSED, "The JSON is no object.")
    return whole


def whole_text(node: Node) -> None:
    """Raises `UnicodeEncodeError` (a `ValueError`) for half a surrogate pair, which UTF-8 cannot hold."""
    for child in node.walk():
        child.text.encode()
        child.tag.encode()


class _Pairs(list[tuple[str, Any]]):
    """An object with its names in their order, doubled ones included."""


class _Building:
    """A tree in the making."""

    def __init__(self) -> None:
        self.count = 0

    def node(self, tag: str, value: Any, *, depth: int) -> Node:
        self.count += 1
        if self.count > MAX_NODES or depth > MAX_DEPTH:
            raise CryptoError(REFUSED, "The JSON is too large.")
        if isinstance(value, _Pairs):
            return Node(tag, "", tuple(self._children(value, depth + 1)))
        if isinstance(value, list):  # a list within a list has no names: one of its own
            return Node(tag, "", tuple(self.node("Item", item, depth=depth + 1) for item in value))
        return Node(tag, _text(value))

    def _children(self, pairs: _Pairs, depth: int) -> list[Node]:
        children = []
        for name, value in pairs:
            several = value if isinstance(value, list) and not isinstance(value, _Pairs) else [value]
            children += [self.node(name, item, depth=depth) for item in several]
        return children


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value).translate(DROPPED)


def _refuse(name: str) -> None:
    raise ValueError(name)
