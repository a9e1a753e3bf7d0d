"""The digital humans' pages in the admin."""

from avatars.admin import consents, humans, lexicon, narrations, presentations, renders, statements, templates, voices
