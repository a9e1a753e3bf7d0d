"""The digital humans' pages in the admin."""

from avatars.admin import humans, renders

__all__ = ["humans", "renders"]
