"""Errors of schedules; `field` names the field, and the remedy gives a correct example."""

from core.exceptions import OpenUserError


class SchedulingError(OpenUserError):
    """Base class of the errors of scheduling."""
