"""The checks of each kind of engine; it loads their measuring packages, so only the examiner imports it."""

from avatars.conformance import recognition, render, speech
from avatars.conformance.base import Check

CHECKS: dict[str, tuple[Check, ...]] = {
    "speech": speech.CHECKS,
    "render": render.CHECKS,
    "recognition": recognition.CHECKS,
}
"""By kind of engine; the first check of each is whether it works at all."""
