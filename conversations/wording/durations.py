"""Spans of time as a person says them."""

import math

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def duration(seconds: float) -> str:
    """A span as a person says it; never less than it will be."""
    if seconds < 55:
        return _("%d seconds") % max(5, 5 * math.ceil(seconds / 5))
    minutes = math.ceil(seconds / 60)
    return ngettext("%d minute", "%d minutes", minutes) % minutes


def span(low: float, high: float) -> str:
    """From a span to another, or the longer one where a person would say the same of both."""
    if duration(low) == duration(high):
        return duration(high)
    return _("%(low)s to %(high)s") % {"low": duration(low), "high": duration(high)}


def wait_words(seconds: float) -> str:
    """A span that may be hours."""
    if seconds < 5400:
        return duration(seconds)
    hours = math.ceil(seconds / 3600)
    return ngettext("%d hour", "%d hours", hours) % hours
