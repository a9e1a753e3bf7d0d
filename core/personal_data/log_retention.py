"""How long logs are kept: log-ins, changes by staff, readings, incidents. The law asks for a least number of days."""

from collections.abc import Mapping

from django.conf import settings

# Kinds of `RETENTION` that are such logs, with the names of their settings.
LOGS: Mapping[str, str] = {
    "LOGINS_DAYS": "OPENUSER_KEEP_LOGINS_DAYS",
    "ADMIN_LOG_DAYS": "OPENUSER_KEEP_ADMIN_LOG_DAYS",
    "ACCESS_RECORDS_DAYS": "OPENUSER_KEEP_ACCESS_RECORDS_DAYS",
    "INCIDENTS_DAYS": "OPENUSER_KEEP_INCIDENTS_DAYS",
}


def log_days(kind: str) -> int:
    """The retention of a kind of log, never shorter than the law asks for, whatever is set; 0 is forever."""
    days = int(settings.RETENTION[kind])
    return max(days, settings.LEAST_LOG_DAYS) if days > 0 else 0


def too_short() -> list[str]:
    """The settings that ask for less than the law does, with their values."""
    short = [kind for kind in LOGS if 0 < settings.RETENTION[kind] < settings.LEAST_LOG_DAYS]
    return [f"{LOGS[kind]}={settings.RETENTION[kind]}" for kind in short]
