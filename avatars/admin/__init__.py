"""The digital humans' pages in the admin."""

from avatars.admin import consents, humans, lexicon, narrations, renders, templates, voices

__all__ = ["consents", "humans", "lexicon", "narrations", "renders", "templates", "voices"]
