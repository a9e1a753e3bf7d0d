"""Errors of backups."""

from core.exceptions import OpenUserError


class BackupError(OpenUserError):
    """A backup cannot be made, read or restored."""

    default_code = "backup"
