"""Draws a flow as SVG: labels, boxes, layers (`ranks`), coordinates (`positions`), then the SVG itself.

The layout needs neither a system package nor the network, and measures Chinese characters at their width.
"""

from conversations.flows.graph.marks import Marks, Number
from conversations.flows.graph.svg import svg
