"""Conversations in the admin: people and what was said, flows to edit, their versions and sessions to read."""

from conversations.admin import flows, people, sessions, states, versions

__all__ = ["flows", "people", "sessions", "states", "versions"]
