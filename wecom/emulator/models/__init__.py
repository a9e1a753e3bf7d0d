"""Models of the emulated platform: directory, applications, messages, callbacks, API calls."""

from wecom.emulator.models.api_calls import Call, Fault
from wecom.emulator.models.applications import App, WorkbenchData
from wecom.emulator.models.callbacks import Attempt, Callback
from wecom.emulator.models.clock import Clock
from wecom.emulator.models.credentials import AccessToken, JsTicket, LoginCode, UserTicket, WrongSecret
from wecom.emulator.models.directory import Corp, Department, Member, Tag
from wecom.emulator.models.group_chats import Chat
from wecom.emulator.models.media import Media, Picture, UrlJob
from wecom.emulator.models.messages import Accepted, Entry, Message, ResponseCode
