"""Settings of the emulator: a process of its own, with its own database. Shares nothing with the other settings.

Every setting has a default, so `python3 manage.py emulator` needs no configuration. The secrets below belong to a
made-up company; they protect nothing.
"""

import secrets
from pathlib import Path
from typing import Any

import environ

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
env = environ.Env()

SECRET_KEY = secrets.token_urlsafe(50)  # nothing that it signs outlives the process
DEBUG = False
# Host names of the emulator, separated by commas.
ALLOWED_HOSTS: list[str] = env.list("EMULATOR_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
ROOT_URLCONF = "wecom.emulator.urls"
INSTALLED_APPS = ["channels", "wecom.emulator.apps.EmulatorConfig"]
MIDDLEWARE = ["wecom.emulator.gateway.origin_guard.local_only"]
TEMPLATES: list[dict[str, Any]] = [
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [HERE / "templates"], "OPTIONS": {}}
]
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1000}}}


def data_folder() -> Path:
    """Where the database lies by default: the checkout's `var`, or the user's data, as freedesktop.org names them."""
    if (CHECKOUT / "manage.py").exists():
        return CHECKOUT / "var"
    # Folder of the user's data, in which the emulator's lies where it is installed by itself. Empty: ~/.local/share.
    data = env.str("XDG_DATA_HOME", default="")
    return Path(data or Path.home() / ".local" / "share") / "wecom-emulator"


# SQLite file of the emulator. Installed by itself, it lies in ~/.local/share/wecom-emulator.
DATABASE = Path(env.str("EMULATOR_DATABASE", default=str(data_folder() / "emulator.sqlite3")))
PRAGMAS = "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA mmap_size=67108864;"
DATABASES: dict[str, Any] = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATABASE,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": PRAGMAS},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = False
USE_TZ = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 2**20  # above all limits of the platform, so that its error codes answer
FILE_UPLOAD_MAX_MEMORY_SIZE = 32 * 2**20

EMULATOR: dict[str, Any] = {
    # Corp ID of the emulated company.
    "CORP_ID": env.str("EMULATOR_CORP_ID", default="ww0123456789abcdef"),
    # Agent ID of the emulated application.
    "AGENT_ID": env.int("EMULATOR_AGENT_ID", default=1000002),
    # Secret of the emulated application.
    "SECRET": env.str("EMULATOR_SECRET", default="emulated-secret-0123456789abcdefghijklmnopq"),
    # Token of its callback URL.
    "TOKEN": env.str("EMULATOR_TOKEN", default="EmulatorToken"),
    # EncodingAESKey of its callback URL.
    "AES_KEY": env.str("EMULATOR_AES_KEY", default="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"),
    # Callback URL of the application under development.
    "CALLBACK": env.str("EMULATOR_CALLBACK", default="http://127.0.0.1:8000/api/v1/integrations/wechat/webhook"),
    # Name of the emulated application.
    "APP_NAME": env.str("EMULATOR_APP_NAME", default="数字人助手"),
    # Folder of uploaded files. Empty: beside the database.
    "MEDIA_DIR": Path(env.str("EMULATOR_MEDIA", default=str(DATABASE) + ".media")),
    "STATIC_DIR": HERE / "static",
    # The platform's documentation leaves these open. The control API can change them per application.
    "RULES": {
        # Seconds until a callback counts as unanswered.
        "callback_deadline": env.float("EMULATOR_CALLBACK_DEADLINE", default=5.0),
        # Retries of an unanswered callback.
        "callback_retries": env.int("EMULATOR_CALLBACK_RETRIES", default=3),
        # Seconds between two such retries.
        "retry_delay": env.float("EMULATOR_RETRY_DELAY", default=1.0),
        # Also retry callbacks that were answered with an error status.
        "retry_refused": env.bool("EMULATOR_RETRY_REFUSED", default=True),
        # Retries repeat the bytes of the callback. False: with a new timestamp and nonce.
        "retry_same_bytes": env.bool("EMULATOR_RETRY_SAME_BYTES", default=True),
        # A button's event may be answered with an updated card.
        "answers_to_presses": env.bool("EMULATOR_ANSWERS_TO_PRESSES", default=True),
        # `gettoken` returns the same token while it is valid.
        "same_token": env.bool("EMULATOR_SAME_TOKEN", default=True),
        # The duplicate check compares the bytes of requests. False: the values of their JSON.
        "duplicates_by_bytes": env.bool("EMULATOR_DUPLICATES_BY_BYTES", default=False),
        # Messages to one member in a minute.
        "quota_per_minute": env.int("EMULATOR_QUOTA_PER_MINUTE", default=30),
        # Messages to one member in an hour.
        "quota_per_hour": env.int("EMULATOR_QUOTA_PER_HOUR", default=1000),
        # Members that messages may reach in a day, per account of the company.
        "quota_per_account": env.int("EMULATOR_QUOTA_PER_ACCOUNT", default=200),
        # Quotas of members reset with the clock's minute and hour, instead of sliding.
        "quota_aligned": env.bool("EMULATOR_QUOTA_ALIGNED", default=False),
        # Bytes after which a text is cut.
        "text_cut": env.int("EMULATOR_TEXT_CUT", default=2048),
        # Bytes above which a text is rejected.
        "text_most": env.int("EMULATOR_TEXT_MOST", default=5120),
        # Bytes above which a Markdown message is rejected.
        "markdown_most": env.int("EMULATOR_MARKDOWN_MOST", default=2048),
        # Limits of a text card count characters instead of bytes.
        "textcard_characters": env.bool("EMULATOR_TEXTCARD_CHARACTERS", default=False),
        # Longest name of a menu button, in bytes.
        "menu_name_bytes": env.int("EMULATOR_MENU_NAME_BYTES", default=16),
        # Longest name of a submenu button, in bytes.
        "submenu_name_bytes": env.int("EMULATOR_SUBMENU_NAME_BYTES", default=40),
        # Most entries in the menu of a template card.
        "card_menu_entries": env.int("EMULATOR_CARD_MENU_ENTRIES", default=3),
        # Largest image, in bytes.
        "image_bytes": env.int("EMULATOR_IMAGE_BYTES", default=10 * 2**20),
        # Largest voice message, in bytes.
        "voice_bytes": env.int("EMULATOR_VOICE_BYTES", default=2 * 2**20),
        # Largest video, in bytes.
        "video_bytes": env.int("EMULATOR_VIDEO_BYTES", default=10 * 2**20),
        # Largest file, in bytes.
        "file_bytes": env.int("EMULATOR_FILE_BYTES", default=20 * 2**20),
    },
    # Wrong secrets after which `gettoken` is blocked for an hour.
    "WRONG_SECRETS": env.int("EMULATOR_WRONG_SECRETS", default=5),
    # API calls that the inspector keeps.
    "KEEP_CALLS": env.int("EMULATOR_KEEP_CALLS", default=5000),
}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # Log level of the emulator.
    "root": {"handlers": ["console"], "level": env.str("EMULATOR_LOG_LEVEL", default="WARNING")},
}
