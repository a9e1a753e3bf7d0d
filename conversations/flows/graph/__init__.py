"""A flow as a picture: what its boxes and arrows say (`words`), where they stand (`layers`, `places`), and the SVG.

The layout is our own: no system package and no network draw it, and Chinese counts as wide as it is.
"""

from conversations.flows.graph.svg import svg

__all__ = ["svg"]
