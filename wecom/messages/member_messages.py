"""Members' messages as values, and how each is read from its fields.

Source: https://developer.work.weixin.qq.com/document/path/90239.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from wecom import platform_quirks
from wecom.messages.xml_tree import Common, Fields, Inbound, Node

SPOKEN = "spoken"  # a MsgType of our own: the platform has none for it
COMMAND = re.compile(r"\s*[/／]([A-Za-z0-9_-]+|[^\s/／]+)(.*)", re.DOTALL)


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
        """The text after the command, without blanks around it."""
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


def message(fields: Fields, common: Common) -> Message:
    """The message whose fields these are."""
    sent: _Sent = {**common, "message_id": fields.word("MsgId")}
    build = BUILDERS.get(common["kind"])
    return build(fields, sent) if build else UnknownMessage(**sent)


class _Sent(Common):
    message_id: str


def _text(sent: _Sent, content: str) -> TextMessage:
    """`TextMessage(**sent, content=content)` in a quarter of the time: most messages are texts."""
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
