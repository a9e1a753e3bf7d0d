"""The checks of each kind of engine; loads what they measure with, so only those who check import it."""

from avatars.conformance import recognition, render, speech
from avatars.conformance.base import Check

CHECKS: dict[str, tuple[Check, ...]] = {
    "speech": speech.CHECKS,
    "render": render.CHECKS,
    "recognition": recognition.CHECKS,
}
"""By what an engine is for; the first of each is whether it works at all."""
