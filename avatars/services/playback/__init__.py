"""Watching videos: at a glance, and while they are made."""
