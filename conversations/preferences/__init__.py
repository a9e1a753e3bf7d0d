"""What members choose for themselves: topics, text instead of videos, language."""
