"""WeChat Work's callback XML as values. Knows bytes and text, no framework; what must be refused is a `CryptoError`.

Sources: https://developer.work.weixin.qq.com/document/path/90239 (messages), /path/90240 (events). The parser is bare
expat, told to stop at a DTD in any encoding; the inner tree stays at hand for what these values do not name.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypedDict
from xml.parsers import expat

from wecom.crypto import CryptoError

MAX_NODES, MAX_DEPTH = 2000, 32
MAX_NUMBER = 2**32  # a CreateTime beyond the year 2106 is no time
REFUSED = -40002
CONTROLS = bytes(sorted(set(range(0x20)) - {0x09, 0x0A, 0x0D}))
WHOLE, DEGREES = re.compile(r"[0-9]{1,10}"), re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{0,20})?")
COMMAND = re.compile(r"\s*[/／]([A-Za-z0-9_-]+|[^\s/／]+)(.*)", re.DOTALL)
IDENTIFYING = ("Event", "EventKey", "ChangeType", "UserID", "TaskId", "ResponseCode", "JobId", "ThirdNo", "Id", "TagId")


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """An element: its own text, and its children in their order, repeated ones included."""

    tag: str
    text: str = ""
    children: tuple["Node", ...] = ()

    def find(self, path: str) -> str:
        """The text of the first child with this tag, or of "Parent/Child"; "" where there is none."""
        node = self
        for tag in path.split("/"):
            node = next((child for child in node.children if child.tag == tag), NOTHING)
        return node.text

    def word(self, path: str) -> str:
        """`find`, without blanks around it: for names, IDs and numbers, never for what people wrote."""
        return self.find(path).strip()

    def all(self, tag: str) -> list["Node"]:
        """The children with this tag."""
        return [child for child in self.children if child.tag == tag]

    def walk(self) -> Iterator["Node"]:
        """This element and everything in it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


NOTHING = Node(tag="")


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """The outer XML of a callback. `agent_id` is "" where the platform names no application."""

    to_user_name: str
    agent_id: str
    encrypted: str


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """What a person did. `from_user_id` is lower-case, `created_at` in UTC (1970 where it is missing)."""

    to_user_name: str
    from_user_id: str
    created_at: datetime
    agent_id: int
    kind: str
    tree: Node = field(compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Message(Inbound):
    """What a person sent. `message_id` is unique per person only."""

    message_id: str
    content: str = ""
    pic_url: str = ""

    def get_command(self) -> str:
        """The command that the text begins with, lower-case: "/video" for "/VIDEO hello"; "" where there is none."""
        match = COMMAND.match(self.content)
        return "/" + unicodedata.normalize("NFKC", match[1]).lower() if match else ""

    def get_command_args(self) -> str:
        """What follows the command, without blanks around it."""
        match = COMMAND.match(self.content)
        return match[2].strip() if match else ""


@dataclass(frozen=True, kw_only=True)
class TextMessage(Message):
    """Text, exactly as it was typed, in `content`."""


@dataclass(frozen=True, kw_only=True)
class ImageMessage(Message):
    """A picture: `pic_url` is public, `media_id` is good for 3 days."""

    media_id: str


@dataclass(frozen=True, kw_only=True)
class VoiceMessage(Message):
    """A recording; `format` is "amr" or "speex"."""

    media_id: str
    format: str


@dataclass(frozen=True, kw_only=True)
class VideoMessage(Message):
    """A video and its still picture."""

    media_id: str
    thumb_media_id: str


@dataclass(frozen=True, kw_only=True)
class LocationMessage(Message):
    """A place, in degrees."""

    latitude: float
    longitude: float
    scale: int
    label: str


@dataclass(frozen=True, kw_only=True)
class LinkMessage(Message):
    """A shared page; its picture is `pic_url`."""

    title: str
    description: str
    url: str


@dataclass(frozen=True, kw_only=True)
class UnknownMessage(Message):
    """A type that the platform's pages do not list; see `tree`."""


@dataclass(frozen=True, kw_only=True)
class Event(Inbound):
    """What happened, by its lower-case name; see `tree` for what is particular to it.

    `task_id` is the card's as it was given, without the mark of a card that was sent again; `response_code` is of this
    click, good for one change of the card within 72 hours; what was chosen on a card is at SelectedItems in `tree`.
    """

    event: str
    event_key: str
    task_id: str
    response_code: str


def envelope(body: bytes) -> Envelope:
    """The outer XML. Raises `CryptoError` -40002 unless it is well-formed and has exactly one Encrypt."""
    root = parse(body)
    sealed = root.all("Encrypt")
    if len(sealed) != 1 or sealed[0].children or not sealed[0].text.strip():
        raise CryptoError(REFUSED, "The body must have exactly one Encrypt.")
    encrypted = sealed[0].text.strip()
    return Envelope(to_user_name=root.word("ToUserName"), agent_id=root.word("AgentID"), encrypted=encrypted)


def inbound(xml: bytes) -> Inbound:
    """The decrypted XML. Raises `CryptoError` -40002 where it is malformed, or lacks its type or its sender."""
    tree = parse(_printable(xml))
    common: _Common = {
        "to_user_name": tree.word("ToUserName"),
        "from_user_id": tree.word("FromUserName").lower(),
        "created_at": datetime.fromtimestamp(_whole(tree, "CreateTime"), UTC),
        "agent_id": _whole(tree, "AgentID"),
        "kind": tree.word("MsgType").lower(),
        "tree": tree,
    }
    if not common["kind"] or not common["from_user_id"]:
        raise CryptoError(REFUSED, "The message lacks MsgType or FromUserName.")
    if common["kind"] == "event":
        name, key = tree.word("Event").lower(), tree.word("EventKey")
        task, code = tree.word("TaskId").partition("@")[0], tree.word("ResponseCode")
        return Event(**common, event=name, event_key=key, task_id=task, response_code=code)
    sent: _Sent = {**common, "message_id": tree.word("MsgId")}
    build = BUILDERS.get(common["kind"])
    return build(tree, sent) if build else UnknownMessage(**sent)


def identity(inbound: Inbound) -> str:
    """64 hex digits that are equal for a repeat and differ for anything else that a person did."""
    tree = inbound.tree
    parts = [inbound.kind, inbound.from_user_id, tree.word("MsgId"), tree.word("CreateTime")]
    if isinstance(inbound, Event):
        found: dict[str, str] = {}
        for node in tree.walk():  # some are nested: BatchJob/JobId, ApprovalInfo/ThirdNo
            found.setdefault(node.tag, node.text.strip())
        parts += [found.get(tag, "") for tag in IDENTIFYING]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def parse(xml: bytes) -> Node:
    """XML as a tree. Raises `CryptoError` -40002 for a DTD, more than 2,000 elements, 32 levels, or broken XML."""
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
    """A tree in the making: what is open, each with its text and the children that are complete."""

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
        self.root = Node(tag=tag, text="".join(self.texts.pop()), children=tuple(self.children.pop()))
        self.children[-1].append(self.root)

    def doctype(self, *declaration: object) -> None:
        raise CryptoError(REFUSED, "The XML declares a document type.")


def _whole(tree: Node, tag: str) -> int:
    text = tree.word(tag)
    return int(text) if WHOLE.fullmatch(text) and int(text) < MAX_NUMBER else 0


def _degrees(tree: Node, tag: str, limit: float) -> float:
    text = tree.word(tag)
    return float(text) if DEGREES.fullmatch(text) and abs(float(text)) <= limit else 0.0


def _printable(xml: bytes) -> bytes:
    """Without what XML cannot hold, but people can paste: losing such a character is better than losing the message."""
    return xml.translate(None, CONTROLS).replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")


class _Common(TypedDict):
    to_user_name: str
    from_user_id: str
    created_at: datetime
    agent_id: int
    kind: str
    tree: Node


class _Sent(_Common):
    message_id: str


BUILDERS: dict[str, Callable[[Node, _Sent], Message]] = {
    "text": lambda tree, sent: TextMessage(**sent, content=tree.find("Content")),
    "image": lambda tree, sent: ImageMessage(**sent, pic_url=tree.word("PicUrl"), media_id=tree.word("MediaId")),
    "voice": lambda tree, sent: VoiceMessage(**sent, media_id=tree.word("MediaId"), format=tree.word("Format").lower()),
    "video": lambda tree, sent: VideoMessage(
        **sent, media_id=tree.word("MediaId"), thumb_media_id=tree.word("ThumbMediaId")
    ),
    "location": lambda tree, sent: LocationMessage(
        **sent,
        latitude=_degrees(tree, "Location_X", 90.0),
        longitude=_degrees(tree, "Location_Y", 180.0),
        scale=_whole(tree, "Scale"),
        label=tree.find("Label"),
    ),
    "link": lambda tree, sent: LinkMessage(
        **sent,
        title=tree.find("Title"),
        description=tree.find("Description"),
        url=tree.word("Url"),
        pic_url=tree.word("PicUrl"),
    ),
}
