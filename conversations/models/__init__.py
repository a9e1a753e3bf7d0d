"""What is said, to whom, what the digital human knows, and the conversations that HR draws."""

from conversations.models.errands import Errand
from conversations.models.flows import Flow, FlowVersion, State, Transition
from conversations.models.knowledge import Answer
from conversations.models.messages import Content, Conversation, Desk, Message, MessageQuerySet
from conversations.models.progress_cards import ProgressCard, Standing
from conversations.models.sessions import Session
from conversations.models.watch_links import Viewing

__all__ = [
    "Answer",
    "Content",
    "Conversation",
    "Desk",
    "Errand",
    "Flow",
    "FlowVersion",
    "Message",
    "MessageQuerySet",
    "ProgressCard",
    "Session",
    "Standing",
    "State",
    "Transition",
    "Viewing",
]
