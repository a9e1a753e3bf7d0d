"""Responses of members to messages of campaigns: cards, links and replies, and the figures of a run."""
