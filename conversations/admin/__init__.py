"""Conversations in the admin: desks and flows to edit; messages, versions, sessions and errands to read."""

from conversations.admin import conversations, desks, errands, flows, messages, sessions, states, versions

__all__ = ["conversations", "desks", "errands", "flows", "messages", "sessions", "states", "versions"]
