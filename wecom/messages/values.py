"""WeChat Work's callback XML as values. Knows bytes and text, no framework; malformed XML raises `CryptoError`.

Sources: https://developer.work.weixin.qq.com/document/path/90239 and /path/90240.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from xml.sax.saxutils import escape

from wecom import platform_quirks
from wecom.crypto import CryptoError
from wecom.messages import approval_events, contact_events, events, json_tree
from wecom.messages.events import Event, UnknownEvent
from wecom.messages.xml_tree import REFUSED, Common, Fields, Inbound, Node, parse

__all__ = [
    "Envelope",
    "Event",
    "ImageMessage",
    "Inbound",
    "LinkMessage",
    "LocationMessage",
    "Message",
    "Node",
    "TextMessage",
    "UnknownEvent",
    "UnknownMessage",
    "VideoMessage",
    "VoiceMessage",
    "envelope",
    "identity",
    "inbound",
    "spoken",
    "typed",
]

SPOKEN = "spoken"  # a MsgType of our own: the platform has none for it
OTHERS: dict[str, events.Build] = {
    "change_contact": contact_events.change,
    "open_approval_change": approval_events.change,
}
CONTROLS = bytes(sorted(set(range(0x20)) - {0x09, 0x0A, 0x0D}))
# The outer XML as the platform writes it, its AgentID on either side; anything that differs is left to the parser.
_AGENT = rb"(?:<AgentID><!\[CDATA\[([0-9]*)\]\]></AgentID>)?"
USUAL = re.compile(
    rb"<xml><ToUserName><!\[CDATA\[([A-Za-z0-9_@-]*)\]\]></ToUserName>"
    + _AGENT
    + rb"<Encrypt><!\[CDATA\[([^\]]+)\]\]></Encrypt>"
    + _AGENT
    + rb"</xml>"
)
BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
COMMAND = re.compile(r"\s*[/／]([A-Za-z0-9_-]+|[^\s/／]+)(.*)", re.DOTALL)


class Envelope(NamedTuple):
    """The outer XML of a callback. `agent_id` is "" if the platform names no application."""

    to_user_name: str
    agent_id: str
    encrypted: str


@dataclass(frozen=True, kw_only=True)
class Message(Inbound):
    """A member's message. `message_id` is unique per member only."""

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
    """Text, exactly as it was typed, in `content`; `spoken` if it is the transcript of a voice message."""

    spoken: bool = False


@dataclass(frozen=True, kw_only=True)
class ImageMessage(Message):
    """A picture: `pic_url` is public, `media_id` is good for 3 days."""

    media_id: str


@dataclass(frozen=True, kw_only=True)
class VoiceMessage(Message):
    """A recording; `format` is "amr" or "speex". `recognition` is the platform's transcript, if it sends one."""

    media_id: str
    format: str
    recognition: str = ""


@dataclass(frozen=True, kw_only=True)
class VideoMessage(Message):
    """A video and its still picture."""

    media_id: str
    thumb_media_id: str


@dataclass(frozen=True, kw_only=True)
class LocationMessage(Message):
    """A place, in degrees. `app_type` is "wxwork", or "" if it was sent from WeChat."""

    latitude: float
    longitude: float
    scale: int
    label: str
    app_type: str = ""


@dataclass(frozen=True, kw_only=True)
class LinkMessage(Message):
    """A shared page; its picture is `pic_url`."""

    title: str
    description: str
    url: str


@dataclass(frozen=True, kw_only=True)
class UnknownMessage(Message):
    """A type that the platform's pages do not list; see `tree`."""


def typed(content: str, *, corp_id: str, agent_id: int, user_id: str, at: datetime) -> TextMessage:
    """The transcript of a voice message, in the form of a typed text."""
    common: Common = {
        "to_user_name": corp_id,
        "from_user_id": user_id,
        "created_at": at,
        "agent_id": agent_id,
        "kind": "text",
        "tree": Node("xml"),
    }
    return TextMessage(**common, message_id="", content=content)


def spoken(content: str, *, corp_id: str, agent_id: int, user_id: str, at: datetime) -> bytes:
    """The transcript of a voice message, as XML that `inbound` reads as a text."""
    fields = {"ToUserName": corp_id, "FromUserName": user_id, "CreateTime": int(at.timestamp()), "MsgType": SPOKEN}
    told = {**fields, "Content": content, "AgentID": agent_id}
    return f"<xml>{''.join(f'<{name}>{escape(str(value))}</{name}>' for name, value in told.items())}</xml>".encode()


def envelope(body: bytes) -> Envelope:
    """What is around a callback. Raises `CryptoError` -40002 unless it is well-formed and has exactly one Encrypt.

    XML, or JSON too where `Assumptions.json_callbacks` says so.
    """
    return _usual_envelope(body) or _any_envelope(body)


def _usual_envelope(body: bytes) -> Envelope | None:
    """Read by one expression, in a third of the time; None for all that is not exactly what the platform writes."""
    match = USUAL.fullmatch(body)
    if match is None:
        return None
    to_user_name, before, encrypted, after = match.groups()
    if (before is not None and after is not None) or encrypted.translate(None, BASE64):
        return None
    return Envelope(to_user_name.decode(), (before or after or b"").decode(), encrypted.decode())


def _any_envelope(body: bytes) -> Envelope:
    as_json = _is_json(body)
    root = json_tree.parse(body) if as_json else parse(body)
    name = "encrypt" if as_json else "Encrypt"
    sealed = [child for child in root.children if child.tag == name]
    if len(sealed) != 1 or sealed[0].children or not (encrypted := sealed[0].text.strip()):
        raise CryptoError(REFUSED, "The body must have exactly one Encrypt.")
    fields = Fields(root)
    return Envelope(fields.word("ToUserName"), fields.word("AgentID"), encrypted)


def inbound(xml: bytes) -> Inbound:
    """What was decrypted. Raises `CryptoError` -40002 if malformed, or without type or sender."""
    tree = _tree(xml)
    fields = Fields(tree)
    common: Common = {
        "to_user_name": fields.word("ToUserName"),
        "from_user_id": fields.word("FromUserName").lower(),
        "created_at": fields.moment("CreateTime"),
        "agent_id": fields.whole("AgentID"),
        "kind": fields.word("MsgType").lower(),
        "tree": tree,
    }
    if not common["kind"] or not common["from_user_id"]:
        raise CryptoError(REFUSED, "The message lacks MsgType or FromUserName.")
    if common["kind"] == "event":
        return events.event(fields, common, OTHERS)
    sent: _Sent = {**common, "message_id": fields.word("MsgId")}
    build = BUILDERS.get(common["kind"])
    return build(fields, sent) if build else UnknownMessage(**sent)


def identity(inbound: Inbound) -> str:
    """64 hex digits that are equal for a repeat and differ for any other action of a member.

    A message has a number, which is unique per member only. An event has none, and one member causes several in a
    second. So the digits depend on all its fields: else the second of two changes of a tag would be lost.
    """
    tree = inbound.tree
    number = inbound.message_id if isinstance(inbound, Message) else ""
    parts: list[object] = [inbound.kind, inbound.from_user_id, number, tree.word("CreateTime")]
    if not number:
        leaves = ((node.tag.lower(), node.text.strip()) for node in tree.walk() if not node.children)
        parts.append(sorted((tag, text) for tag, text in leaves if text and tag not in HEAD))
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


HEAD = frozenset({"tousername", "fromusername", "createtime", "msgtype", "agentid"})


def _tree(xml: bytes) -> Node:
    """People can paste what XML cannot hold: losing such a character is better than losing the message."""
    if _is_json(xml):
        return json_tree.parse(xml)
    try:
        return parse(xml)
    except CryptoError:
        cleaned = xml.translate(None, CONTROLS).replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")
        if cleaned == xml:
            raise
        return parse(cleaned)


def _is_json(body: bytes) -> bool:
    return platform_quirks.current.json_callbacks and json_tree.is_json(body)


class _Sent(Common):
    message_id: str


def _text(sent: _Sent, content: str) -> TextMessage:
    """`TextMessage(**sent, content=content)` in a quarter of the time: most of what comes in is text."""
    made: TextMessage = object.__new__(TextMessage)
    made.__dict__.update(sent, content=content)
    return made


def _as_text(sent: _Sent) -> _Sent:
    sent["kind"] = "text"
    return sent


BUILDERS: dict[str, Callable[[Fields, _Sent], Message]] = {
    "text": lambda fields, sent: _text(sent, fields.text("Content")),
    SPOKEN: lambda fields, sent: TextMessage(**_as_text(sent), content=fields.text("Content"), spoken=True),
    "image": lambda fields, sent: ImageMessage(**sent, pic_url=fields.word("PicUrl"), media_id=fields.word("MediaId")),
    "voice": lambda fields, sent: VoiceMessage(
        **sent,
        media_id=fields.word("MediaId"),
        format=fields.word("Format").lower(),
        recognition=fields.text("Recognition") if platform_quirks.current.platform_recognition else "",
    ),
    "video": lambda fields, sent: VideoMessage(
        **sent, media_id=fields.word("MediaId"), thumb_media_id=fields.word("ThumbMediaId")
    ),
    "location": lambda fields, sent: LocationMessage(
        **sent,
        latitude=fields.degrees("Location_X", 90.0),
        longitude=fields.degrees("Location_Y", 180.0),
        scale=fields.whole("Scale"),
        label=fields.text("Label"),
        app_type=fields.word("AppType"),
    ),
    "link": lambda fields, sent: LinkMessage(
        **sent,
        title=fields.text("Title"),
        description=fields.text("Description"),
        url=fields.word("Url"),
        pic_url=fields.word("PicUrl"),
    ),
}
