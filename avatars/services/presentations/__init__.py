"""Presentations: their scenes, their variables, and their videos."""
