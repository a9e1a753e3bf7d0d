"""The file of an application's callback keys, encrypted with `OPENUSER_FIELD_KEYS`: its fields. No framework.

`application_file` writes it; a process without Django reads it.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.fernet import InvalidToken

from core.storage import encryption
from wecom.callbacks.verify_and_decrypt import Addressee, Limits
from wecom.crypto import Keys

FOLDER = "applications"


@dataclass(frozen=True, kw_only=True)
class Application:
    """An application, and the limits that the settings had when its file was written; a `KeyHolder`."""

    id: int
    agent_id: int
    corp_id: str
    token: str = field(repr=False)
    encoding_aes_key: str = field(repr=False)
    old_token: str = field(default="", repr=False)
    old_encoding_aes_key: str = field(default="", repr=False)
    old_keys_until: str | None = None
    max_body: int = 65_536
    spool_max: int = 500 * 2**20
    timestamp_tolerance: int = 600
    max_age: float = 6 * 3600.0
    acknowledgement: str = ""
    json_callbacks: bool = False

    @property
    def keys(self) -> Keys:
        return Keys.parse(token=self.token, encoding_aes_key=self.encoding_aes_key, receive_id=self.corp_id)

    def old_keys(self, now: datetime) -> Keys | None:
        """The keys before the present ones, for as long as they count."""
        if self.old_keys_until is None or datetime.fromisoformat(self.old_keys_until) <= now:
            return None
        return Keys.parse(token=self.old_token, encoding_aes_key=self.old_encoding_aes_key, receive_id=self.corp_id)

    @property
    def addressee(self) -> Addressee:
        return Addressee(application_id=self.id, agent_id=self.agent_id, corp_id=self.corp_id)

    @property
    def limits(self) -> Limits:
        return Limits(timestamp_tolerance=self.timestamp_tolerance, max_age=self.max_age)


def path_of(spool: Path, key: str) -> Path:
    """The file of the address with this webhook key, "" for the default application."""
    return spool / FOLDER / hashlib.sha256(key.encode()).hexdigest()[:32]


def read(spool: Path, key: str, field_keys: Sequence[str]) -> Application | None:
    """The content of the file; None if there is none, or none of the keys opens it."""
    try:
        return Application(**json.loads(encryption.decrypt(path_of(spool, key).read_text("ascii"), field_keys)))
    except (OSError, InvalidToken, ValueError, TypeError):
        return None
