"""The effects of a step of the machine, in order: rows, messages and requests are made of it elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from conversations.machine.calls import Request
from conversations.machine.notices import Notice
from conversations.machine.places import Place
from conversations.machine.subflows import Enter
from conversations.machine.trace import Trace
from core.text.slot_values import Choice


class Form(StrEnum):
    """The form of message in which a step says its words."""

    TEXT = "text"
    MARKDOWN = "markdown"
    CARD = "card"
    IMAGE = "image"
    FILE = "file"
    NEWS = "news"


@dataclass(frozen=True, kw_only=True)
class Say:
    """Say this. Other forms than text have a title and a link, or a file of the storage, beside the words."""

    text: str
    form: Form = Form.TEXT
    title: str = ""
    link: str = ""
    picture_url: str = ""
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class Notify:
    """Say the built-in text of a notice."""

    notice: Notice


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Ask this. `choices` are shown as buttons if `as_card`, else as a numbered list."""

    text: str
    choices: tuple[Choice, ...] = ()
    as_card: bool = True
    markdown: bool = False


@dataclass(frozen=True, kw_only=True)
class MakeVideo:
    """Request a video of this text; an empty mode means the digital human's own. A template or presentation replaces
    the text, with its `values` and the current slots."""

    text: str
    mode: str = ""
    digital_human: int | None = None
    template: int | None = None
    presentation: int | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    slots: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class HandOff:
    """Pass the member on to the people who answer a topic; the session waits until they hand back."""

    topic: int | None = None


@dataclass(frozen=True, kw_only=True)
class Sleep:
    """Go on at this moment; until then the member is answered as without a flow."""

    until: datetime


@dataclass(frozen=True, kw_only=True)
class CallService:
    """Make this request; its result comes back as an act."""

    request: Request


Effect = Say | Notify | Ask | MakeVideo | HandOff | Sleep | CallService


@dataclass(frozen=True, kw_only=True)
class Step:
    """The result of a step, why it came to that, and the flow in which it goes on before anything else, if one."""

    place: Place
    effects: tuple[Effect, ...] = ()
    trace: Trace = ()
    enters: Enter | None = None
