"""Every setting, from the environment, with safe defaults. The other modules here change only what differs."""

import logging
from pathlib import Path
from typing import Any

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from openuser.settings.apps import *  # noqa: F403
from openuser.settings.environment import *  # noqa: F403
from openuser.settings.environment import BASE_DIR, VAR_DIR, env

# Lets the generic classes of Django's stubs, like ModelForm[Application], exist at run time too.
django_stubs_ext.monkeypatch()

LOG_DIR = Path(env.str("OPENUSER_LOG_DIR", default=str(BASE_DIR / "logs")))

SECRET_KEY = env.str("SECRET_KEY", default="")
FIELD_KEYS: list[str] = env.list("OPENUSER_FIELD_KEYS", default=[])
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")

INSTALLED_APPS = [
    "core",
    "openuser.apps.OpenUserConfig",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "wecom.apps.WeComConfig",
    "avatars.apps.AvatarsConfig",
    "conversations.apps.ConversationsConfig",
    "scheduling.apps.SchedulingConfig",
]
MIDDLEWARE = [
    "openuser.api.middleware.APIMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "openuser.api.idempotency.IdempotencyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "openuser.urls"
WSGI_APPLICATION = "openuser.wsgi.application"
ASGI_APPLICATION = "openuser.asgi.application"
APPEND_SLASH = True
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# ---- database: CONN_MAX_AGE stays 0 because it leaks connections under ASGI; PostgreSQL gets a pool instead
DATABASE_URL = env.str("DATABASE_URL", default="")
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA mmap_size=134217728;"
    "PRAGMA journal_size_limit=27103364;PRAGMA cache_size=2000;"
)


def database(url: str) -> dict[str, Any]:
    """Django's settings for a database URL; an empty one is SQLite in the var folder."""
    if not url:
        name = VAR_DIR / "openuser.sqlite3"
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(name), "OPTIONS": sqlite_options()}
    config: dict[str, Any] = dict(env.db_url_config(url))
    config["CONN_MAX_AGE"] = 0
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = sqlite_options()
    else:
        pool = {"min_size": 1, "max_size": env.int("DATABASE_POOL_SIZE", default=8), "timeout": 20}
        config["OPTIONS"] = {**config.get("OPTIONS", {}), "pool": pool}
        config["CONN_HEALTH_CHECKS"] = True  # else each connection that a restart broke fails a request
    return config


def sqlite_options() -> dict[str, Any]:
    return {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS}


DATABASES = {"default": database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="zh-hans")
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "openuser" / "locale"]
# Who has chosen a language on a browser keeps it there; before that the browser decides.
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Shanghai")
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
# Where nginx finds the media folder (`internal`), if it is to send the files itself: /protected/
MEDIA_ACCEL = env.str("MEDIA_ACCEL", default="")
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Files in an S3-compatible bucket (requirements/production.txt): MEDIA_ROOT then holds copies of this machine.
BUCKET = env.str("OPENUSER_S3_BUCKET", default="")
BUCKET_COPIES_DAYS = env.float("OPENUSER_S3_COPIES_DAYS", default=7.0)
if BUCKET:
    STORAGES["default"] = {
        "BACKEND": "core.storage.s3.BucketStorage",
        "OPTIONS": {
            "bucket_name": BUCKET,
            "prefix": env.str("OPENUSER_S3_PREFIX", default=""),
            "endpoint_url": env.str("OPENUSER_S3_ENDPOINT", default="") or None,
            "region_name": env.str("OPENUSER_S3_REGION", default="") or None,
            "access_key": env.str("OPENUSER_S3_ACCESS_KEY", default="") or None,
            "secret_key": env.str("OPENUSER_S3_SECRET_KEY", default="") or None,
        },
    }
LINK_DAYS = env.float("OPENUSER_LINK_DAYS", default=7.0)  # how long a link to a video opens for whoever has it
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600

# ---- REST: apps' views name what they need, these classes do the rest (openuser/api/README.md)
API: dict[str, Any] = {
    "REQUESTS_PER_MINUTE": env.int(
        "OPENUSER_API_REQUESTS_PER_MINUTE", default=600
    ),  # requests a minute of a person; clients have their own
    "MAX_BODY": DATA_UPLOAD_MAX_MEMORY_SIZE,
    "MAX_UPLOAD": 22 * 1024 * 1024,  # WeChat Work takes files of 20 MB
}
WEBHOOKS: dict[str, Any] = {
    # Networks of our own that a webhook may go to, like 10.0.0.0/8; all else inside is refused.
    "NETWORKS": env.list("OPENUSER_WEBHOOK_NETWORKS", default=[]),
    "KEEP_DAYS": env.int("OPENUSER_WEBHOOK_KEEP_DAYS", default=30),
}
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "openuser.api.authentication.BearerAuthentication",
        "openuser.api.authentication.StaffSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["openuser.api.permissions.ScopeOrPermission"],
    "DEFAULT_THROTTLE_CLASSES": ["openuser.api.throttling.ClientRateThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "openuser.api.negotiation.JSONOnly",
    "DEFAULT_PAGINATION_CLASS": "openuser.api.pagination.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["openuser.api.filters.StrictFilterBackend"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "openuser.api.schema.APISchema",
    "EXCEPTION_HANDLER": "openuser.api.problems.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
API_MESSAGE_KINDS = (
    *("text", "image", "voice", "video", "file", "textcard", "digital_human_video", "markdown", "news", "mpnews"),
    *("miniprogram_notice", "text_notice", "news_notice", "button_interaction", "vote_interaction"),
    "multiple_interaction",
)
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "OpenUser",
    "DESCRIPTION": "Digital humans in WeChat Work. Errors are `application/problem+json`; lists are pages by cursor; "
    "every POST takes an `Idempotency-Key`; every answer has an `X-Request-ID`, the correlation ID of what it caused.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "WorkStatus": "core.work.base.Work.Status",
        "SessionStatus": "conversations.models.Session.Status",
        "DeliveryStatus": "conversations.api.serializers.messages.DeliveryStatus",
        "DirectorySyncKind": "wecom.models.DirectorySync.Kind",
        "DirectorySyncStage": "wecom.models.DirectorySync.Stage",
        "ConsentPurpose": "avatars.models.Consent.Purpose",
        "ConsentState": "avatars.models.Consent.State",
        "VoiceOrigin": "avatars.models.Voice.Origin",
        "DigitalHumanOrigin": "avatars.models.DigitalHuman.Origin",
        "RenderStage": "avatars.models.Stage",
        "StageOutcome": "avatars.models.Outcome",
        "RunOutcome": "scheduling.models.Run.Outcome",
        "MemberStatus": "wecom.models.Member.Status",
        "UploadKind": "wecom.models.Upload.Kind",
        "MenuButtonKind": "wecom.models.MenuButton.Kind",
        **{f"{kind.title().replace('_', '')}Kind": [kind] for kind in API_MESSAGE_KINDS},
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"persistAuthorization": False, "displayRequestDuration": True, "validatorUrl": None},
}

# ---- what processes count together: on the broker's server, where that is a Redis or Valkey
CACHE_TIMEOUT = 0.5


def cache(url: str) -> dict[str, Any]:
    """Django's settings for a shared cache at this URL; each process has its own where it is no Redis."""
    if not url.startswith(("redis://", "rediss://", "redis+socket://", "unix://")):
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    waits = {"socket_timeout": CACHE_TIMEOUT, "socket_connect_timeout": CACHE_TIMEOUT}
    location = url.replace("redis+socket://", "unix://", 1)
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": location, "OPTIONS": waits}


# ---- Celery only wakes workers: rows are the truth (core/work/base.py)
BROKER_URL = env.str("BROKER_URL", default="redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = BROKER_URL
CACHES = {"default": cache(env.str("CACHE_URL", default="") or BROKER_URL)}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
# Words come where a video is late: they must not wait behind videos.
CELERY_TASK_ROUTES = {"avatars.narrate": {"queue": "default"}, "avatars.*": {"queue": "render"}}
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 3
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "health_check_interval": 25,
    "socket_keepalive": True,
    "socket_connect_timeout": 3,
    "socket_timeout": 30,
}
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_BEAT_SYNC_EVERY = 1  # note each run at once: that is how anybody sees that beat is alive
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "openuser.sweep", "schedule": env.float("OPENUSER_SWEEP_SECONDS", default=15.0)},
    "release": {"task": "conversations.release", "schedule": env.float("OPENUSER_SWEEP_SECONDS", default=15.0)},
    "tick": {"task": "conversations.tick", "schedule": env.float("OPENUSER_SWEEP_SECONDS", default=15.0)},
    "schedules": {"task": "scheduling.sweep", "schedule": env.float("OPENUSER_SWEEP_SECONDS", default=15.0)},
    "directory": {"task": "wecom.sync_due_directories", "schedule": 3600.0},
    "tidy": {"task": "openuser.tidy", "schedule": 3600.0},
    "tidy-schedules": {"task": "scheduling.tidy", "schedule": 24 * 3600.0},
}

# ---- live pages are told through the broker's server (core/live_updates.py)
CHANNEL_URL = env.str("CHANNEL_URL", default="")
CHANNEL_PREFIX = env.str("CHANNEL_PREFIX", default="openuser")


def channel_layers(broker_url: str, *, prefix: str = CHANNEL_PREFIX) -> dict[str, Any]:
    """Channels' settings for CHANNEL_URL, or else for the broker's URL as Celery writes it."""
    url = CHANNEL_URL or broker_url
    if url.startswith("redis+socket://"):
        url = url.replace("redis+socket://", "unix://", 1).replace("virtual_host=", "db=")
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured("CHANNEL_URL must name a Redis or Valkey: redis://host:6379/0 or unix:///path.")
    hosts = [{"address": url, "socket_connect_timeout": 3, "health_check_interval": 25}]
    # Publish and subscribe, not lists: a hint that nobody hears is not kept.
    layer = "channels_redis.pubsub.RedisPubSubChannelLayer"
    return {"default": {"BACKEND": layer, "CONFIG": {"hosts": hosts, "prefix": prefix}}}


CHANNEL_LAYERS = channel_layers(BROKER_URL)

# ---- logs without personal data
LOG_LEVEL = env.str("LOG_LEVEL", default="").upper() or "INFO"
# One that there is not is for the doctor to name; it must not end every command.
KNOWN_LEVEL = LOG_LEVEL if LOG_LEVEL in logging.getLevelNamesMapping() else "INFO"
WECHAT_DEBUG = env.bool("WECHAT_DEBUG", default=False)
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"about": {"()": "core.logs.AddCorrelationId"}, "redact": {"()": "core.logs.RedactSecrets"}},
    "formatters": {"line": {"()": "core.logs.LineFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["about", "redact"]}},
    "root": {"handlers": ["console"], "level": KNOWN_LEVEL},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        # Says once a second, with a traceback, that the broker is away; our own lines say it already.
        "channels_redis": {"level": "CRITICAL"},
        "wecom": {"level": "DEBUG" if WECHAT_DEBUG else KNOWN_LEVEL},
    },
}


def with_log_files(logging_settings: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The same with app.log, and wechat_integration.log for what concerns WeChat Work, besides the console.

    For processes that nobody else writes down: under `up` it is `up` that keeps these files.
    """
    file = {"()": "core.logs.SharedRotatingFileHandler", "formatter": "line", "filters": ["about", "redact"]}
    files = {"app": {**file, "filename": folder / "app.log"}}
    files["wechat"] = {**file, "filename": folder / "wechat_integration.log"}
    root, loggers = logging_settings["root"], logging_settings["loggers"]
    return {
        **logging_settings,
        "handlers": {**logging_settings["handlers"], **files},
        "root": {**root, "handlers": [*root["handlers"], "app"]},
        "loggers": {**loggers, "wecom": {**loggers["wecom"], "handlers": ["wechat"]}},
    }


# ---- how work is woken (core/work/base.py), and where a process dies on purpose in tests (core/work/crash_points.py)
WORK_LEASE_SCALE = env.float("OPENUSER_LEASE_SCALE", default=1.0)
WORK_REWAKE_SECONDS = env.float("OPENUSER_REWAKE_SECONDS", default=30.0)
CRASH_AT = env.str("OPENUSER_CRASH_AT", default="")

# ---- the admin
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "OpenUser",
    "SITE_HEADER": "OpenUser",
    "SITE_SUBHEADER": _("Digital humans in WeChat Work"),
    "SITE_SYMBOL": "record_voice_over",
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "DASHBOARD_CALLBACK": "openuser.admin.dashboard.callback",
    "STYLES": [lambda request: static("openuser/admin.css")],
    "SIDEBAR": {"show_search": True, "navigation": "openuser.admin.navigation.sections"},
}
