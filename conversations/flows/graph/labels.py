"""Texts of the drawing: their width, line breaks, and the labels of arrows."""

import unicodedata
from collections.abc import Iterable

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from conversations.machine.edges import Edge, Guard, On, Operator
from conversations.machine.nodes.node import Node
from conversations.machine.values import Machine
from conversations.validators import registered
from conversations.wording import durations

WIDE = 1.0
CAPITAL = 0.72
SMALL = 0.56


def measure(text: str, size: float) -> float:
    """The approximate width of a line in pixels at this font size."""
    return sum(_em(char) for char in text) * size


def printable(text: str) -> str:
    """The text without control characters, for which XML has no place."""
    return "".join(char for char in text if char in "\n\t" or not _is_forbidden(char))


def joined(pieces: Iterable[SafeString]) -> SafeString:
    """Pieces of the drawing one after another; text that is none is escaped."""
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def _is_forbidden(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs") or char in "\ufffe\uffff"


def wrap(text: str, *, size: float, room: float, most: int) -> tuple[str, ...]:
    """The text in at most `most` lines that fit; the rest is cut with “…”."""
    lines = list(_lines(" ".join(text.split()), size, room))
    if len(lines) <= most:
        return tuple(lines)
    return (*lines[: most - 1], _cut(lines[most - 1] + "…", size, room))


def label(machine: Machine, node: Node, edges: Iterable[Edge]) -> str:
    """The label of the arrow for these edges, which share source, target and `on`."""
    words = [_words(machine, node, edge) for edge in edges]
    return " / ".join(dict.fromkeys(word for word in words if word))


class Wording:
    """Words of a box in the active language."""

    def translated(self, words: str) -> str:
        return _(words)

    def duration(self, minutes: int) -> str:
        return durations.exact(minutes)

    def validator(self, name: str) -> str:
        """The label of a check in code, or its name if it is not registered."""
        known = registered.get(name)
        return str(known.label) if known else name


def _words(machine: Machine, node: Node, edge: Edge) -> str:
    if edge.on == On.RETRIES:
        return _with_guard(machine, node, edge, _("asked too often"))
    if edge.on == On.EXPIRED:
        return _with_guard(machine, node, edge, _("no answer in time"))
    if edge.on == On.FAILED:
        return _with_guard(machine, node, edge, _("it failed"))
    if edge.on == On.TIMEOUT:
        return _with_guard(machine, node, edge, _("the call took too long"))
    if edge.guard is not None and edge.guard.operator != Operator.ALWAYS:
        return _guard(machine, node, edge.guard)
    guarded = any(other.guard and other.to != edge.to for other in node.leaving(On.NEXT))
    return _("otherwise") if guarded else ""


def _with_guard(machine: Machine, node: Node, edge: Edge, words: str) -> str:
    if edge.guard is None or edge.guard.operator == Operator.ALWAYS:
        return words
    return f"{words}, {_guard(machine, node, edge.guard)}"


def _guard(machine: Machine, node: Node, guard: Guard) -> str:
    """A guard in words: the formula; or the label of the choice, and the slot only if another state fills it."""
    if guard.operator == Operator.FORMULA:
        return guard.value
    slot = machine.slot(guard.slot)
    value = slot.label(guard.value) if slot else guard.value
    words = {
        Operator.ALWAYS: "",
        Operator.IS: value,
        Operator.IS_NOT: _("not %s") % value,
        Operator.CONTAINS: _("contains “%s”") % value,
        Operator.MORE: _("more than %s") % value,
        Operator.LESS: _("less than %s") % value,
    }[guard.operator]
    is_own = node.slot is not None and node.slot.name == guard.slot
    return words if is_own else f"{guard.slot}: {words}"


def _em(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WF" or char in "“”‘’…—":
        return WIDE
    return CAPITAL if char.isupper() or char in "mwMW@%&" else SMALL


def _lines(text: str, size: float, room: float) -> Iterable[str]:
    line = ""
    for piece in _pieces(text):
        if line and measure((line + piece).rstrip(), size) > room:
            yield line.rstrip()
            line = ""
        line = line + piece if line else piece.lstrip()
        while measure(line.rstrip(), size) > room:
            head = _head(line, size, room)
            yield head
            line = line[len(head) :]
    if line.strip():
        yield line.rstrip()


def _pieces(text: str) -> Iterable[str]:
    """Where a line may break: between words, and beside any wide character, but not before a mark of punctuation."""
    piece = ""
    for char in text:
        breaks = char == " " or _is_wide(char) or (piece != "" and _is_wide(piece[-1]))
        if piece and breaks and unicodedata.category(char) not in ("Po", "Pe", "Pf"):
            yield piece
            piece = ""
        piece += char
    if piece:
        yield piece


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def _head(text: str, size: float, room: float) -> str:
    """As many characters as fit, at least one."""
    for end in range(len(text), 1, -1):
        if measure(text[:end], size) <= room:
            return text[:end]
    return text[:1]


def _cut(text: str, size: float, room: float) -> str:
    while len(text) > 2 and measure(text, size) > room:
        text = text[:-2] + "…"
    return text
