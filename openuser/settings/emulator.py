"""The emulator's settings: a process of its own, with its own file. Shares nothing with the other settings.

Every value has a default, so that `python3 manage.py emulator` starts with nothing. The secrets below are those of a
made-up company; they protect nothing.
"""

import secrets
from pathlib import Path
from typing import Any

import environ

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()

SECRET_KEY = secrets.token_urlsafe(50)  # nothing that it signs outlives the process
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("EMULATOR_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
ROOT_URLCONF = "wecom.emulator.urls"
INSTALLED_APPS = ["channels", "wecom.emulator.apps.EmulatorConfig", "wecom.emulator.apps.CommandLineConfig"]
MIGRATION_MODULES: dict[str, str | None] = {"commandline": None}
MIDDLEWARE = ["wecom.emulator.gateway.origin_guard.local_only"]
TEMPLATES: list[dict[str, Any]] = [
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [BASE_DIR / "templates"], "OPTIONS": {}}
]
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1000}}}

DATABASE = Path(env.str("EMULATOR_DATABASE", default=str(BASE_DIR / "var" / "emulator.sqlite3")))
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
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 2**20  # above every limit of the platform, so that its own codes answer
FILE_UPLOAD_MAX_MEMORY_SIZE = 32 * 2**20

EMULATOR: dict[str, Any] = {
    "CORP_ID": env.str("EMULATOR_CORP_ID", default="ww0123456789abcdef"),
    "AGENT_ID": env.int("EMULATOR_AGENT_ID", default=1000002),
    "SECRET": env.str("EMULATOR_SECRET", default="emulated-secret-0123456789abcdefghijklmnopq"),
    "TOKEN": env.str("EMULATOR_TOKEN", default="EmulatorToken"),
    "AES_KEY": env.str("EMULATOR_AES_KEY", default="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"),
    "CALLBACK": env.str("EMULATOR_CALLBACK", default="http://127.0.0.1:8000/api/v1/integrations/wechat/webhook"),
    "APP_NAME": env.str("EMULATOR_APP_NAME", default="数字人助手"),
    "MEDIA_DIR": Path(env.str("EMULATOR_MEDIA", default=str(DATABASE) + ".media")),
    "STATIC_DIR": BASE_DIR / "wecom" / "emulator" / "static",
    # What the platform's documents leave open, or say twice; an application may have others (`platform_quirks`).
    "RULES": {
        "callback_deadline": env.float("EMULATOR_CALLBACK_DEADLINE", default=5.0),
        "callback_retries": env.int("EMULATOR_CALLBACK_RETRIES", default=3),
        "retry_delay": env.float("EMULATOR_RETRY_DELAY", default=1.0),
        "retry_refused": env.bool("EMULATOR_RETRY_REFUSED", default=True),
        "retry_same_bytes": env.bool("EMULATOR_RETRY_SAME_BYTES", default=True),
        "answers_to_presses": env.bool("EMULATOR_ANSWERS_TO_PRESSES", default=True),
        "same_token": env.bool("EMULATOR_SAME_TOKEN", default=True),
        "quota_per_minute": env.int("EMULATOR_QUOTA_PER_MINUTE", default=30),
        "quota_per_hour": env.int("EMULATOR_QUOTA_PER_HOUR", default=1000),
        "quota_per_account": env.int("EMULATOR_QUOTA_PER_ACCOUNT", default=200),
        "quota_aligned": env.bool("EMULATOR_QUOTA_ALIGNED", default=False),
        "text_cut": env.int("EMULATOR_TEXT_CUT", default=2048),
        "text_most": env.int("EMULATOR_TEXT_MOST", default=5120),
        "markdown_most": env.int("EMULATOR_MARKDOWN_MOST", default=2048),
        "textcard_characters": env.bool("EMULATOR_TEXTCARD_CHARACTERS", default=False),
        "menu_name_bytes": env.int("EMULATOR_MENU_NAME_BYTES", default=16),
        "submenu_name_bytes": env.int("EMULATOR_SUBMENU_NAME_BYTES", default=40),
        "card_menu_entries": env.int("EMULATOR_CARD_MENU_ENTRIES", default=3),
        "image_bytes": env.int("EMULATOR_IMAGE_BYTES", default=10 * 2**20),
        "voice_bytes": env.int("EMULATOR_VOICE_BYTES", default=2 * 2**20),
        "video_bytes": env.int("EMULATOR_VIDEO_BYTES", default=10 * 2**20),
        "file_bytes": env.int("EMULATOR_FILE_BYTES", default=20 * 2**20),
    },
    "WRONG_SECRETS": env.int("EMULATOR_WRONG_SECRETS", default=5),
    "KEEP_CALLS": env.int("EMULATOR_KEEP_CALLS", default=5000),
}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("EMULATOR_LOG_LEVEL", default="WARNING")},
}
