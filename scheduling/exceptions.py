"""What can go wrong with a schedule; `field` names the part, and the remedy shows how it would be right."""

from core.exceptions import OpenUserError


class SchedulingError(OpenUserError):
    """Anything about when things are said."""
