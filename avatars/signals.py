"""News of the digital humans, sent inside the transaction that settles."""

from django.dispatch import Signal

render_finished = Signal()
"""A Render ended, in any state: `render`."""

renders_unwanted = Signal()
"""Many renders were cancelled at once because no row waits for them any more: their keys, `renders`."""

rendition_finished = Signal()
"""A Rendition ended, in any state: `rendition`."""

narration_finished = Signal()
"""A Narration ended, in any state: `narration`."""

consent_withdrawn = Signal()
"""A person withdrew a `consent`. Nothing that rests on it is made any more."""
