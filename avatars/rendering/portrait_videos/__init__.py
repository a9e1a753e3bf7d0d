"""Portrait videos, checked as work."""
