"""News of the digital humans, sent inside the transaction that settles."""

from django.dispatch import Signal

render_finished = Signal()
"""A Render reached its end, whichever: `render`."""
