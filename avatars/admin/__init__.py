"""The digital humans' pages in the admin."""

from avatars.admin import humans, lexicon, narrations, renders, voices

__all__ = ["humans", "lexicon", "narrations", "renders", "voices"]
