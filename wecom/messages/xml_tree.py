"""WeChat Work's XML as a tree, and the fields that all messages and events have in common. Knows bytes and text, no
framework.

The parser is bare expat, told to stop at a DTD in any encoding. The platform mostly writes a row of elements, which one
regular expression reads in less than half the time; all other documents are left to expat. Tags keep the case they came
in and are found in any: the platform spells a few in two ways (`AgentID`, `AgentId`).
"""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple, TypedDict
from xml.parsers import expat

from wecom.crypto import CryptoError

MAX_NODES, MAX_DEPTH = 2000, 32
MAX_NUMBER = 2**32  # a time beyond the year 2106 is no time
REFUSED = -40002
OPEN, CLOSE = b"<xml>", b"</xml>"
# An element that holds CDATA or plain text; or all the rest, where the next thing is no such element.
LEAF = re.compile(
    r"<([A-Za-z_][A-Za-z0-9_]*)>(?:<!\[CDATA\[([^\]]*+(?:\](?!\]>)[^\]]*+)*+)\]\]>|([^<]*+))</\1>|([\s\S]+)"
)
# What expat refuses or reads as something else: a line may end with CR and LF, and U+FFFE begins like this.
CONTROLS, BEYOND = bytes(sorted({*range(0x20)} - {0x09, 0x0A})), b"\xef\xbf"
DEGREES = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{0,20})?")


class Node(NamedTuple):
    """An element: its own text, and its children in their order, repeated ones included."""

    tag: str
    text: str = ""
    children: tuple["Node", ...] = ()

    def find(self, path: str) -> str:
        """The text of the first child with this tag, or of "Parent/Child"; "" where there is none."""
        node = self
        for tag in path.lower().split("/"):
            node = next((child for child in node.children if child.tag.lower() == tag), NOTHING)
        return node.text

    def word(self, path: str) -> str:
        """`find`, without blanks around it: for names, IDs and numbers, never for the words of people."""
        return self.find(path).strip()

    def all(self, path: str) -> list["Node"]:
        """Every child with this tag, or every one at "Parent/Child", whichever parent it has."""
        trees = [self]
        for tag in path.lower().split("/"):
            trees = [child for node in trees for child in node.children if child.tag.lower() == tag]
        return trees

    def walk(self) -> Iterator["Node"]:
        """This element and everything in it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


NOTHING = Node("")


class Fields:
    """The children of an element by their tags, the first of each: read often, looked up once."""

    __slots__ = ("_folded", "_nodes")

    def __init__(self, node: Node) -> None:
        self._nodes = {child.tag: child for child in reversed(node.children)}
        self._folded: dict[str, Node] | None = None

    def node(self, tag: str) -> Node:
        """The child, or an empty element."""
        return self._nodes.get(tag) or self._in_any_case(tag) or NOTHING

    def text(self, tag: str) -> str:
        """Its text, exactly; "" where it is missing."""
        return self.node(tag).text

    def word(self, tag: str) -> str:
        """Its text, without blanks around it."""
        node = self._nodes.get(tag) or self._in_any_case(tag)
        return node.text.strip() if node else ""

    def known(self, tag: str) -> str | None:
        """`word`, but None where it is missing: the platform leaves out unchanged fields."""
        node = self._nodes.get(tag) or self._in_any_case(tag)
        return None if node is None else node.text.strip()

    def whole(self, tag: str) -> int:
        """A whole number below 2³²; 0 for anything else."""
        return whole(self.word(tag))

    def degrees(self, tag: str, limit: float) -> float:
        """A decimal number between -limit and limit; 0 for anything else."""
        text = self.word(tag)
        return float(text) if DEGREES.fullmatch(text) and abs(float(text)) <= limit else 0.0

    def moment(self, tag: str) -> datetime:
        """A time in UTC; 1970 where it is missing."""
        return datetime.fromtimestamp(self.whole(tag), UTC)

    def _in_any_case(self, tag: str) -> Node | None:
        if self._folded is None:
            self._folded = {name.lower(): child for name, child in self._nodes.items()}
        return self._folded.get(tag.lower())


class Common(TypedDict):
    """The fields of `Inbound`, on their way into a subclass."""

    to_user_name: str
    from_user_id: str
    created_at: datetime
    agent_id: int
    kind: str
    tree: Node


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """A message or event. `from_user_id` is lower-case ("sys" for the platform itself), `created_at` in UTC.

    `tree` is all of it, for fields that these values do not name.
    """

    to_user_name: str
    from_user_id: str
    created_at: datetime
    agent_id: int
    kind: str
    tree: Node = field(compare=False, repr=False)


def whole(text: str) -> int:
    """A whole number below 2³²; 0 for any other text."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):
        return 0
    number = int(text)
    return number if number < MAX_NUMBER else 0


def parse(xml: bytes) -> Node:
    """XML as a tree. Raises `CryptoError` -40002 for a DTD, more than 2,000 elements, 32 levels, or broken XML."""
    return _flat(xml) or _any(xml)


def _flat(xml: bytes) -> Node | None:
    """The tree of a row of elements without anything between them; None for all that is not exactly that."""
    if not (xml.startswith(OPEN) and xml.endswith(CLOSE)) or _unusual(xml):
        return None
    try:
        text = xml[len(OPEN) : -len(CLOSE)].decode()
    except UnicodeDecodeError:
        return None
    leaves = LEAF.findall(text)
    joined = "".join([plain for _tag, _cdata, plain, _rest in leaves])
    # What is no such element is all that follows, so that only the last can be it.
    if "&" in joined or ">" in joined or len(leaves) >= MAX_NODES or (leaves and leaves[-1][3]):
        return None
    new = tuple.__new__  # half of what Node's own way takes
    return Node("xml", "", tuple([new(Node, (tag, cdata or plain, ())) for tag, cdata, plain, _rest in leaves]))


def _unusual(xml: bytes) -> bool:
    return len(xml.translate(None, CONTROLS)) < len(xml) or (not xml.isascii() and BEYOND in xml)


def _any(xml: bytes) -> Node:
    if xml.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):  # expat believes these before it believes us
        raise CryptoError(REFUSED, "The XML is not UTF-8.")
    building = _Building()
    # The platform sends UTF-8 whatever a declaration says; fixing it keeps other codecs out of the parser.
    parser = expat.ParserCreate("UTF-8")
    parser.buffer_text = True
    parser.StartElementHandler = building.start
    parser.EndElementHandler = building.end
    parser.CharacterDataHandler = building.text
    parser.StartDoctypeDeclHandler = building.doctype
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise CryptoError(REFUSED, "The XML is malformed.") from error
    return building.root


class _Building:
    """A tree in the making: the open elements, each with its text and the children that are complete."""

    def __init__(self) -> None:
        self.root = NOTHING
        self.count = 0
        self.texts: list[list[str]] = []
        self.children: list[list[Node]] = [[]]

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MAX_NODES or len(self.texts) >= MAX_DEPTH:
            raise CryptoError(REFUSED, "The XML is too large.")
        self.texts.append([])
        self.children.append([])

    def text(self, text: str) -> None:
        self.texts[-1].append(text)

    def end(self, tag: str) -> None:
        self.root = Node(tag, "".join(self.texts.pop()), tuple(self.children.pop()))
        self.children[-1].append(self.root)

    def doctype(self, *declaration: object) -> None:
        raise CryptoError(REFUSED, "The XML declares a document type.")
