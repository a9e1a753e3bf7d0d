"""The digital humans' pages in the admin."""

from avatars.admin import humans, renders, voices

__all__ = ["humans", "renders", "voices"]
