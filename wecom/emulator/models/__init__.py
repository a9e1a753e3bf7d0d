"""What the emulated platform remembers: the directory, messages, and what went over the wire."""

from wecom.emulator.models.chats import Chat
from wecom.emulator.models.directory import AccessToken, App, Corp, Department, Member, Tag, WrongSecret
from wecom.emulator.models.files import Picture, UrlJob
from wecom.emulator.models.login import LoginCode, UserTicket
from wecom.emulator.models.messages import Accepted, Entry, Media, Message, ResponseCode
from wecom.emulator.models.surface import JsTicket, WorkbenchData
from wecom.emulator.models.wire import Attempt, Call, Callback, Clock, Fault

__all__ = [
    "Accepted",
    "AccessToken",
    "App",
    "Attempt",
    "Call",
    "Callback",
    "Chat",
    "Clock",
    "Corp",
    "Department",
    "Entry",
    "Fault",
    "JsTicket",
    "LoginCode",
    "Media",
    "Member",
    "Message",
    "Picture",
    "ResponseCode",
    "Tag",
    "UrlJob",
    "UserTicket",
    "WorkbenchData",
    "WrongSecret",
]
