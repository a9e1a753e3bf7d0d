"""Signals of conversations, sent inside the transaction that settles."""

from django.dispatch import Signal

preferences_changed = Signal()
"""A member chose something else: `change` (`PreferenceChange`)."""

card_pressed = Signal()
"""Something on a card was pressed: `application`, `member`, `event` (`wecom.messages.CardEvent`), `at`. A receiver
whose card it is returns the words that were chosen, which take the place of the buttons; all others return None."""
