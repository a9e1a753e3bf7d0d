"""Texts that conversations send on their own, in the active language."""
