"""News of the digital humans, sent inside the transaction that settles."""

from django.dispatch import Signal

render_finished = Signal()
"""A Render ended, in any state: `render`."""

renders_unwanted = Signal()
"""Renders were cancelled because nobody waits for them any more, many at once: their keys, `renders`."""

rendition_finished = Signal()
"""A Rendition ended, in any state: `rendition`."""

narration_finished = Signal()
"""A Narration ended, in any state: `narration`."""

consent_withdrawn = Signal()
"""A person withdrew a `consent`. Nothing that rests on it is made any more."""
