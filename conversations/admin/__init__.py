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

__all__ = [
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
