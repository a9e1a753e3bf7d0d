"""Signals of conversations, sent inside the transaction that settles."""

from django.dispatch import Signal

preferences_changed = Signal()
"""A member chose something else: `change` (`PreferenceChange`)."""
