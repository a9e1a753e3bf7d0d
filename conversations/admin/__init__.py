"""Conversations in the admin: desks, topics and flows to edit; messages, versions, sessions and errands to read."""

from conversations.admin import (
    conversations,
    desks,
    errands,
    flows,
    member_choices,
    messages,
    sessions,
    states,
    topics,
    versions,
)
from conversations.admin.answers import answer_admin

__all__ = [
    "answer_admin",
    "conversations",
    "desks",
    "errands",
    "flows",
    "member_choices",
    "messages",
    "sessions",
    "states",
    "topics",
    "versions",
]
