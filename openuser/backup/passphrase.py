"""The pass phrase of backups. It must lie elsewhere too: with the machine it would be gone."""

from pathlib import Path

from django.conf import settings

from openuser.backup.exceptions import BackupError

SHORTEST = 12


def configured() -> str:
    """The pass phrase that new backups get. Raises `BackupError` if there is none, or too short a one."""
    path = settings.BACKUP["PASSPHRASE_FILE"]
    passphrase = from_file(Path(path)) if path else str(settings.BACKUP["PASSPHRASE"])
    remedy = (
        "Set OPENUSER_BACKUP_PASSPHRASE, or OPENUSER_BACKUP_PASSPHRASE_FILE to a file with it, and keep a copy where "
        "neither the server nor its backups are. A good one: "
        "python3 -c 'import secrets; print(secrets.token_urlsafe(24))'"
    )
    if not passphrase:
        raise BackupError("Backups have no pass phrase.", code="no_passphrase", remedy=remedy)
    if len(passphrase) < SHORTEST:
        fault = f"The pass phrase of backups is shorter than {SHORTEST} characters."
        raise BackupError(fault, code="short_passphrase", remedy=remedy)
    return passphrase


def from_file(path: Path) -> str:
    """The first line of a file. Raises `BackupError` if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        fault = f"The file of the pass phrase, {path}, cannot be read."
        raise BackupError(fault, code="passphrase_file", remedy="Check its path and who may read it.") from error
