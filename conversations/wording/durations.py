"""Time spans in words, rounded as in speech."""

import math

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def duration(seconds: float) -> str:
    """A span in words, rounded up."""
    if seconds < 55:
        return _("%d seconds") % max(5, 5 * math.ceil(seconds / 5))
    minutes = math.ceil(seconds / 60)
    return ngettext("%d minute", "%d minutes", minutes) % minutes


def span(low: float, high: float) -> str:
    """A range of two spans; one span if both have the same words."""
    if duration(low) == duration(high):
        return duration(high)
    return _("%(low)s to %(high)s") % {"low": duration(low), "high": duration(high)}


def wait_words(seconds: float) -> str:
    """A span that may be hours."""
    if seconds < 5400:
        return duration(seconds)
    hours = math.ceil(seconds / 3600)
    return ngettext("%d hour", "%d hours", hours) % hours


def exact(minutes: int) -> str:
    """A span in its largest whole unit: 2 days, 36 hours, 90 minutes."""
    if minutes % 1440 == 0:
        return ngettext("%d day", "%d days", minutes // 1440) % (minutes // 1440)
    if minutes % 60 == 0:
        return ngettext("%d hour", "%d hours", minutes // 60) % (minutes // 60)
    return ngettext("%d minute", "%d minutes", minutes) % minutes
