"""What is said, to whom, and what the digital human knows."""

from conversations.models.knowledge import Answer
from conversations.models.people import Content, Conversation, Desk, Message

__all__ = ["Answer", "Content", "Conversation", "Desk", "Message"]
