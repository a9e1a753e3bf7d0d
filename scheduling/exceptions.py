"""Errors of schedules; `field` names the field, and the remedy gives a correct example."""

from core.exceptions import OpenUserError, RightMissing


class SchedulingError(OpenUserError):
    """Base class of the errors of scheduling."""


class ApprovalRefused(SchedulingError, RightMissing):
    """This person or program may not approve at all."""
