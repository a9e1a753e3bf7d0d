"""Secrets by file: `NAME_FILE=/run/secrets/name` gives the setting `NAME`, on a server as in a container.

Standard library only: docker/entrypoint.py reads them before anything else is there.
"""

from collections.abc import MutableMapping
from pathlib import Path

# Every setting that is a secret, or an address that may hold a password.
SECRETS = (
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "OPENUSER_FIELD_KEYS",
    "DATABASE_URL",
    "DATABASE_DIRECT_URL",
    "BROKER_URL",
    "CHANNEL_URL",
    "CACHE_URL",
    "EMAIL_URL",
    "WECHAT_CORP_SECRET",
    "WECHAT_TOKEN",
    "WECHAT_ENCODING_AES_KEY",
    "OPENUSER_ADMIN_PASSWORD",
    "OPENUSER_ALERT_GROUP_URL",
    "OPENUSER_BACKUP_PASSPHRASE",
    "OPENUSER_BACKUP_S3_ACCESS_KEY",
    "OPENUSER_BACKUP_S3_SECRET_KEY",
    "OPENUSER_CHAT_API_KEY",
    "OPENUSER_EMBEDDING_API_KEY",
    "OPENUSER_FLOW_SECRETS",
    "OPENUSER_LATENTSYNC_KEY",
    "OPENUSER_METRICS_TOKEN",
    "OPENUSER_MUSETALK_KEY",
    "OPENUSER_OPENAI_SPEECH_KEY",
    "OPENUSER_S3_ACCESS_KEY",
    "OPENUSER_S3_SECRET_KEY",
    "OPENUSER_SADTALKER_KEY",
)


def read(environment: MutableMapping[str, str], names: tuple[str, ...] = SECRETS) -> None:
    """Give each name the content of the file in its `NAME_FILE`, and drop that.

    Raises:
        OSError: a file cannot be read; its `filename` says which.
    """
    for name in names:
        path = environment.pop(f"{name}_FILE", "")
        if path:
            environment[name] = Path(path).read_text(encoding="utf-8").strip()
