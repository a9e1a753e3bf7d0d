"""Makes what is missing in docker/secrets: keys and passwords at random, empty files for what you fill in.

It also makes docker/settings.env, for all other settings.

    python3 docker/make_secrets.py

The folder is yours alone (0700). Its files are readable for all: Compose mounts them with the permissions of the host,
and the containers run as another user. Standard library only.
"""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "secrets"
SETTINGS = FOLDER.parent / "settings.env"
EXAMPLE = """\
# Settings of all containers: any name of docs/settings.md, one a line. Restart with `up -d` after a change.
WECHAT_CORP_ID=
WECHAT_AGENT_ID=
LANGUAGE_CODE=zh-hans
TIME_ZONE=Asia/Shanghai
LOG_LEVEL=INFO
"""
RANDOM: dict[str, Callable[[], str]] = {
    "secret_key": lambda: secrets.token_urlsafe(50),
    "field_keys": lambda: base64.urlsafe_b64encode(os.urandom(32)).decode(),
    "database_password": lambda: secrets.token_urlsafe(24),
    "broker_password": lambda: secrets.token_urlsafe(24),
}
TO_FILL = {
    "wechat_corp_secret": "the application's Secret, from WeChat Work's admin console",
    "wechat_token": "the Token of 接收消息 (receive messages)",
    "wechat_encoding_aes_key": "the EncodingAESKey of 接收消息",
    "tls_certificate": "the certificate with its chain, PEM",
    "tls_key": "the certificate's key, PEM",
}


def make(folder: Path) -> list[str]:
    """Make the files that are missing; the names of those that are still empty."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in (*RANDOM, *TO_FILL):
        file = folder / name
        if not file.exists():
            file.write_text(RANDOM[name]() if name in RANDOM else "", encoding="utf-8")
            file.chmod(0o644)
    return [name for name in TO_FILL if not (folder / name).read_text(encoding="utf-8").strip()]


if __name__ == "__main__":
    if not SETTINGS.exists():
        SETTINGS.write_text(EXAMPLE, encoding="utf-8")
        print(f"Fill in {SETTINGS}.")
    for empty in make(FOLDER):
        print(f"Fill in {FOLDER / empty}: {TO_FILL[empty]}")
