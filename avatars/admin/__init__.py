"""The digital humans' pages in the admin."""

from avatars.admin import humans, lexicon, renders, voices

__all__ = ["humans", "lexicon", "renders", "voices"]
