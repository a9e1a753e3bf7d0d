"""The digital humans' pages in the admin."""

from avatars.admin import consents, humans, lexicon, narrations, presentations, renders, statements, templates, voices

__all__ = [
    "consents",
    "humans",
    "lexicon",
    "narrations",
    "presentations",
    "renders",
    "statements",
    "templates",
    "voices",
]
