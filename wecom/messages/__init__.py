"""WeChat Work's callbacks as values: the public names."""

from wecom.messages.callback_parser import OTHERS, Envelope, envelope, identity, inbound
from wecom.messages.events import CardEvent, Event, UnknownEvent
from wecom.messages.member_messages import (
    COMMAND,
    SPOKEN,
    ImageMessage,
    LinkMessage,
    LocationMessage,
    Message,
    TextMessage,
    UnknownMessage,
    VideoMessage,
    VoiceMessage,
    spoken,
    typed,
)
from wecom.messages.xml_tree import Inbound, Node
