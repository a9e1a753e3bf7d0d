"""Preferences of members: topics, text instead of videos, language."""
