"""News of the digital humans, sent inside the transaction that settles."""

from django.dispatch import Signal

render_finished = Signal()
"""A Render reached its end, whichever: `render`."""

rendition_finished = Signal()
"""A Rendition reached its end, whichever: `rendition`."""

narration_finished = Signal()
"""A Narration reached its end, whichever: `narration`."""

consent_withdrawn = Signal()
"""Somebody no longer agrees to be shown: `consent`. What rests on it is not made any more."""
