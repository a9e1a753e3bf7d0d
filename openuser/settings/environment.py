"""The environment that all settings are read from: variables, `.env`, the secrets of the var folder."""

import json
import os
from collections.abc import Callable, MutableMapping
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from openuser.bootstrap import secret_files

BASE_DIR = Path(__file__).resolve().parents[2]
# Names of settings up to 0.5, with their new names. They work for one more release; `manage.py check` warns of them.
OLD_NAMES = {
    "OPENUSER_PATIENCE_SECONDS": "OPENUSER_REPLY_NOTICE_SECONDS",
    "OPENUSER_ERRAND_SECONDS": "OPENUSER_REPLY_TIMEOUT",
    "WECHAT_FITTING_SECONDS": "WECHAT_VIDEO_COMPRESS_TIMEOUT",
    "OPENUSER_AI_PROVIDER": "OPENUSER_AI_LABEL_PROVIDER",
    "WECHAT_VIDEO_MB": "WECHAT_VIDEO_LIMIT_MB",
    "WECHAT_FILE_MB": "WECHAT_FILE_LIMIT_MB",
    "WECHAT_MAX_VIDEO_MB": "WECHAT_VIDEO_COMPRESS_MAX_MB",
    "WECHAT_CLOCK_WINDOW_SECONDS": "WECHAT_TIMESTAMP_TOLERANCE_SECONDS",
    "WECHAT_STALE_HOURS": "WECHAT_CALLBACK_MAX_AGE_HOURS",
    "WECHAT_MEMBER_RATE": "WECHAT_MEMBER_MESSAGES_PER_MINUTE",
    "WECHAT_RETRY_UNIT": "WECHAT_RETRY_BASE_SECONDS",
    "WECHAT_DIRECTORY_HOURS": "WECHAT_DIRECTORY_SYNC_HOURS",
    "WECHAT_DIRECTORY_PAGE": "WECHAT_DIRECTORY_PAGE_SIZE",
    "OPENUSER_GUARD_FILE": "OPENUSER_RESTORE_GUARD_FILE",
    "OPENUSER_VIDEO_MB": "OPENUSER_RENDER_MAX_MB",
    "OPENUSER_KEEP_FILMS_DAYS": "OPENUSER_KEEP_VIDEOS_DAYS",
    "OPENUSER_KEEP_WORK_DAYS": "OPENUSER_KEEP_WORK_FILES_DAYS",
    "OPENUSER_NARRATION_SECONDS": "OPENUSER_NARRATION_TIMEOUT",
    "OPENUSER_RESTORE_SECONDS": "OPENUSER_RESTORER_TIMEOUT",
    "OPENUSER_LISTEN_SECONDS": "OPENUSER_RECOGNITION_TIMEOUT",
    "OPENUSER_VOICE_SECONDS": "OPENUSER_VOICE_MESSAGE_TIMEOUT",
    "OPENUSER_VOICE_INSTEAD_SECONDS": "OPENUSER_VOICE_FALLBACK_SECONDS",
    "OPENUSER_VOICE_INSTEAD": "OPENUSER_VOICE_FALLBACK",
    "OPENUSER_QUEUED_PER_MEMBER": "OPENUSER_QUEUED_VIDEOS_PER_MEMBER",
    "OPENUSER_SCHEDULE_AHEAD_MINUTES": "OPENUSER_SCHEDULE_PRERENDER_MINUTES",
    "OPENUSER_API_RATE": "OPENUSER_API_REQUESTS_PER_MINUTE",
    "OPENUSER_MODELS": "OPENUSER_MODELS_DIR",
    "OPENUSER_OPENAI_SPEECH_SECONDS": "OPENUSER_OPENAI_SPEECH_TIMEOUT",
    "OPENUSER_COSYVOICE_SECONDS": "OPENUSER_COSYVOICE_TIMEOUT",
    "OPENUSER_GPT_SOVITS_SECONDS": "OPENUSER_GPT_SOVITS_TIMEOUT",
    "OPENUSER_EDGE_SECONDS": "OPENUSER_EDGE_TIMEOUT",
    "OPENUSER_WAV2LIP_SECONDS": "OPENUSER_WAV2LIP_TIMEOUT",
    "OPENUSER_DUIX_SECONDS": "OPENUSER_DUIX_TIMEOUT",
    "OPENUSER_COMMAND_SECONDS": "OPENUSER_RENDER_COMMAND_TIMEOUT",
    "OPENUSER_COMMAND_COMPLAINTS": "OPENUSER_RENDER_COMMAND_STDERR",
    "OPENUSER_COMMAND_LICENCE": "OPENUSER_RENDER_COMMAND_LICENCE",
    "OPENUSER_COMMAND": "OPENUSER_RENDER_COMMAND",
    "OPENUSER_PIPER": "OPENUSER_PIPER_DIR",
    "OPENUSER_SHERPA": "OPENUSER_SHERPA_MODEL",
    "OPENUSER_WAV2LIP": "OPENUSER_WAV2LIP_WEIGHTS",
    "OPENUSER_GFPGAN": "OPENUSER_GFPGAN_WEIGHTS",
    "OPENUSER_REALESRGAN": "OPENUSER_REALESRGAN_WEIGHTS",
    "OPENUSER_REALESRGAN_CARD": "OPENUSER_REALESRGAN_GPU",
}


class Env(environ.Env):  # type: ignore[misc]
    """django-environ's reader, plus JSON objects. A number that is none raises `ImproperlyConfigured` with its name."""

    def int(self, var: str, *args: Any, **kwargs: Any) -> Any:
        return self._number(super().int, "a whole number, such as 15", var, *args, **kwargs)

    def float(self, var: str, *args: Any, **kwargs: Any) -> Any:
        return self._number(super().float, "a number, such as 0.5", var, *args, **kwargs)

    def _number(self, read: Callable[..., Any], meaning: str, var: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return read(var, *args, **kwargs)
        except ValueError as error:
            raise ImproperlyConfigured(f"{var} must be {meaning}.") from error

    def networks(self, name: str) -> list[IPv4Network | IPv6Network]:
        """Networks, separated by commas; [] if it is not set. Raises `ImproperlyConfigured` for one that is none."""
        try:
            return [ip_network(network.strip()) for network in self.list(name, default=[])]
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} must be networks, such as 10.0.0.0/8,::1/128: {error}.") from error

    def json_object(self, name: str) -> dict[str, Any]:
        """A variable that holds a JSON object; {} if it is not set. Raises `ImproperlyConfigured` for other JSON."""
        try:
            value = json.loads(self.str(name, default="") or "{}")
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise ImproperlyConfigured(f'{name} must be a JSON object: {{"top_p": 0.8}}.')
        return value

    def apps(self, name: str, default: str) -> list[str]:
        """Entries for INSTALLED_APPS, separated by commas. Raises `ImproperlyConfigured` for one that is not there."""
        entries = [entry.strip() for entry in self.str(name, default=default).split(",") if entry.strip()]
        for entry in entries:
            module, _dot, last = entry.rpartition(".")
            if not _is_importable(module if module and last[:1].isupper() else entry):
                raise ImproperlyConfigured(
                    f"{name} names {entry!r}, and there is no such package. Check its spelling, and put its folder "
                    "beside manage.py, into PYTHONPATH, or into the virtual environment."
                )
        return entries


def _is_importable(module: str) -> bool:
    """Whether a module is there. An import error within its package is raised."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise
        return False


def adopt_old_names(environment: MutableMapping[str, str]) -> None:
    """Give each new name the value of its old one, unless the new name is set too."""
    for old, new in OLD_NAMES.items():
        if old in environment:
            environment.setdefault(new, environment[old])


def read_secret_files(environment: MutableMapping[str, str]) -> None:
    """Take secrets from the files that `NAME_FILE` names. Raises `ImproperlyConfigured` for one that cannot be read."""
    # That of backups is read when one is made: others need not be able to.
    names = tuple(name for name in secret_files.SECRETS if name != "OPENUSER_BACKUP_PASSPHRASE")
    try:
        secret_files.read(environment, names)
    except OSError as error:
        raise ImproperlyConfigured(
            f"A secret's _FILE names {error.filename}, which cannot be read: {error.strerror}."
        ) from error


env = Env()
# File with settings.
env.read_env(env.str("OPENUSER_DOTENV", default=str(BASE_DIR / ".env")), overwrite=False)
# Folder of the database, media files, models and generated secrets.
VAR_DIR = Path(env.str("OPENUSER_VAR_DIR", default=str(BASE_DIR / "var")))
env.read_env(VAR_DIR / "secrets.env", overwrite=False)
read_secret_files(os.environ)
adopt_old_names(os.environ)
