"""The settings of every installation: Django itself here, other subjects in the modules that this one imports.

`embedded`, `production`, `test` override some of them. docs/settings.md lists every setting that comes from the
environment; `manage.py settings_reference` writes it from the comments above the settings.
"""

import logging
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from core.web import content_policy
from openuser.settings.avatars import *  # noqa: F403
from openuser.settings.broker import *  # noqa: F403
from openuser.settings.conversations import *  # noqa: F403
from openuser.settings.engines import *  # noqa: F403
from openuser.settings.environment import *  # noqa: F403
from openuser.settings.environment import BASE_DIR, VAR_DIR, env
from openuser.settings.rest import *  # noqa: F403
from openuser.settings.retention import *  # noqa: F403
from openuser.settings.scheduling import *  # noqa: F403
from openuser.settings.storage import *  # noqa: F403
from openuser.settings.wecom import *  # noqa: F403

LOG_HOME = BASE_DIR if VAR_DIR.resolve() == BASE_DIR / "var" else VAR_DIR
# Folder of the log files. If you set `OPENUSER_VAR_DIR`, it is `logs` in there: each installation has its own.
LOG_DIR = Path(env.str("OPENUSER_LOG_DIR", default=str(LOG_HOME / "logs")))

# Key that signs sessions and links. Without one, `up` generates one in `var/secrets.env`; a server requires it.
SECRET_KEY = env.str("SECRET_KEY", default="")
# Earlier values of SECRET_KEY, separated by commas: what they signed counts until you remove them.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
# Keys that encrypt secrets in the database, separated by commas: the first encrypts, all decrypt. Without one, `up`
# generates one in `var/secrets.env`; a server requires it.
FIELD_KEYS: list[str] = env.list("OPENUSER_FIELD_KEYS", default=[])
# Show error pages with source code. Never on a server.
DEBUG = env.bool("DEBUG", default=False)
# Host names of the site, separated by commas.
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# Origins that may submit forms, such as `https://openuser.example.com`, if a proxy changes the host name.
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Public address of the site, used in links. Set its host as the application's trusted domain (可信域名).
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")

INSTALLED_APPS = [
    "core",
    "openuser.apps.OpenUserConfig",
    "core.web.admin_site.AdminSiteConfig",
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
    "axes",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "wecom.apps.WeComConfig",
    "avatars.apps.AvatarsConfig",
    "conversations.apps.ConversationsConfig",
    "scheduling.apps.SchedulingConfig",
    # Your own Django apps, by their dotted paths, separated by commas; see docs/apps.md.
    *env.apps("OPENUSER_APPS", default=""),
]
# Every `migrate` on SQLite would warn that its indexes hold no further columns: it reads them from the table.
SILENCED_SYSTEM_CHECKS = ["models.W040"]
MIDDLEWARE = [
    "openuser.pages.probes.ProbeMiddleware",
    "wecom.middleware.WebhookMiddleware",
    "openuser.api.middleware.APIMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "openuser.pages.cache_policy.CachePolicyMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "openuser.pages.staff_sessions.StaffSessionMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "openuser.second_factor.middleware.SecondFactorMiddleware",
    "openuser.api.idempotency.IdempotencyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",  # the last: it turns a refused log-in into its page
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
                "openuser.admin.stop_banner.stopped_policies",
                "openuser.admin.accounts.signed_in_as",
            ]
        },
    }
]

# Words that others would guess in a password, such as the names of your company and products, separated by commas.
PASSWORD_WORDS = env.list("OPENUSER_PASSWORD_WORDS", default=[])
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "core.web.password_words.GuessableWordsValidator",
        "OPTIONS": {"words": ["openuser", "wecom", "wechat", "企业微信", "password", *PASSWORD_WORDS]},
    },
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"  # where a foreign `next` leads
CSRF_FAILURE_VIEW = "openuser.pages.errors.csrf_failure"

# ---- guessing passwords: slowed down and stopped by account and address, before the password is hashed
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_HANDLER = "openuser.pages.login_throttle.LoginThrottle"
# Wrong passwords for one account from one address after which its log-ins from there are refused.
AXES_FAILURE_LIMIT = env.int("OPENUSER_LOGIN_FAILURES", default=10)
# Wrong passwords from one address, for any accounts, after which it is refused those that never logged in from it.
LOGIN_ADDRESS_FAILURES = env.int("OPENUSER_LOGIN_ADDRESS_FAILURES", default=100)
# Minutes that log-ins stay refused.
AXES_COOLOFF_TIME = timedelta(minutes=env.float("OPENUSER_LOGIN_PAUSE_MINUTES", default=15))
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code"]
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # what a log-in forgives: nobody's clears the guesses of others
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # else further guesses would keep the owner out
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ACCESS_FAILURE_LOG = True  # keeps failures for the home page after the next log-in
AXES_LOCKOUT_CALLABLE = "openuser.pages.login_throttle.locked_out"
AXES_CLIENT_IP_CALLABLE = "openuser.pages.login_throttle.address_of"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# Second factor of staff, a code from an authenticator app: `offered`, `suggested` (the home page reminds superusers) or
# `required`.
SECOND_FACTOR = env.str("OPENUSER_SECOND_FACTOR", default="offered")
OTP_TOTP_ISSUER = "OpenUser"
# Header with the visitor's address, if a proxy sets it, such as `X-Forwarded-For`. Empty trusts none.
CLIENT_ADDRESS_HEADER = env.str("CLIENT_ADDRESS_HEADER", default="")

# Language of the admin until a browser asks for another: `zh-hans` or `en`.
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="zh-hans")
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "openuser" / "locale"]
# A chosen language stays for this browser; before that, the browser decides.
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
# Time zone of campaigns and of all times shown.
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Shanghai")
CELERY_TIMEZONE = TIME_ZONE
USE_I18N = True
USE_TZ = True

SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
# The REST API has policies of its own.
CONTENT_SECURITY_POLICY = {"EXCLUDE_URL_PREFIXES": ["/api/"], "DIRECTIVES": content_policy.ADMIN}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
# Minutes without a use after which a session of staff ends; it ends twelve hours after the log-in anyway. 0: only then.
SESSION_IDLE_MINUTES = env.int("OPENUSER_SESSION_IDLE_MINUTES", default=120)
# Not in a cookie, which would hold names.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# ---- logs without personal data
# Log level: `DEBUG`, `INFO`, `WARNING` or `ERROR`.
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper() or "INFO"
# The doctor reports an unknown level; it must not end every command.
KNOWN_LEVEL = LOG_LEVEL if LOG_LEVEL in logging.getLevelNamesMapping() else "INFO"
# Log calls of WeChat Work in detail, without secrets or message texts.
WECHAT_DEBUG = env.bool("WECHAT_DEBUG", default=False)
FORMATTERS = {"line": "core.logs.LineFormatter", "json": "core.logs.JsonFormatter"}
# Form of log lines: `line` for people, or `json`, one object per line, for what collects logs.
LOG_FORMAT = env.str("OPENUSER_LOG_FORMAT", default="line").lower()
if LOG_FORMAT not in FORMATTERS:
    raise ImproperlyConfigured("OPENUSER_LOG_FORMAT must be line or json.")
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "about": {"()": "core.logs.AddCorrelationId"},
        "pages": {"()": "core.logs.NamePages"},
        "redact": {"()": "core.logs.RedactSecrets"},
    },
    "formatters": {"line": {"()": FORMATTERS[LOG_FORMAT]}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["about", "pages", "redact"]}
    },
    "root": {"handlers": ["console"], "level": KNOWN_LEVEL},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
        "axes": {"level": "ERROR"},  # the home page shows what it logs
        "celery": {"level": "WARNING"},
        "django_celery_beat": {"level": "WARNING"},  # at DEBUG it logs what the schedules are called
        "kombu": {"level": "WARNING"},
        # Logs a traceback every second while the broker is down; our own lines report that once.
        "channels_redis": {"level": "CRITICAL"},
        "wecom": {"level": "DEBUG" if WECHAT_DEBUG else KNOWN_LEVEL},
        # The servers' own handlers would write lines of another form.
        **{name: {"handlers": [], "propagate": True} for name in ("uvicorn", "uvicorn.error", "gunicorn.error")},
        # Addresses: links with keys, searches for names. Its level has to be here, or `uvicorn` above resets it.
        "uvicorn.access": {"level": "WARNING"},
    },
}


def with_log_files(logging_settings: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Also log to app.log, and lines about WeChat Work to wechat_integration.log.

    For processes that do not run under `up`, which writes these files itself.
    """
    file = {"()": "core.logs.SharedRotatingFileHandler", "formatter": "line", "filters": ["about", "pages", "redact"]}
    files = {"app": {**file, "filename": folder / "app.log"}}
    files["wechat"] = {**file, "filename": folder / "wechat_integration.log"}
    root, loggers = logging_settings["root"], logging_settings["loggers"]
    return {
        **logging_settings,
        "handlers": {**logging_settings["handlers"], **files},
        "root": {**root, "handlers": [*root["handlers"], "app"]},
        "loggers": {**loggers, "wecom": {**loggers["wecom"], "handlers": ["wechat"]}},
    }


# ---- what monitoring reads
# The right to read what members tell the digital human: of accounts, and of programs.
CONFIDENTIALITY = {"PERMISSION": "conversations.read_conversation", "SCOPE": "conversations:read"}
METRICS: dict[str, Any] = {
    # Token with which Prometheus asks for /metrics (`Authorization: Bearer …`). Empty: no token opens it.
    "TOKEN": env.str("OPENUSER_METRICS_TOKEN", default=""),
    # Networks from which /metrics needs no token, separated by commas: `10.0.0.0/8`. Empty: none.
    "NETWORKS": env.networks("OPENUSER_METRICS_NETWORKS"),
}

TRACES: dict[str, Any] = {
    # Address of an OpenTelemetry collector (OTLP over HTTP), such as `http://collector:4318`. Empty: no traces. Needs
    # requirements/traces.txt.
    "ENDPOINT": env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default="").strip(),
}
if TRACES["ENDPOINT"] and find_spec("opentelemetry") is None:
    raise ImproperlyConfigured(
        "OTEL_EXPORTER_OTLP_ENDPOINT is set, and OpenTelemetry is not installed. "
        "Run “.venv/bin/pip install -r requirements/traces.txt”, or remove the setting."
    )
ALERTS: dict[str, Any] = {
    # Address of a group robot (消息推送) that tells of incidents, as WeChat Work shows it. Empty: none.
    "GROUP_URL": env.str("OPENUSER_ALERT_GROUP_URL", default="").strip(),
    # E-mail addresses that are told of incidents, separated by commas. Needs `EMAIL_URL`.
    "MAIL_TO": env.list("OPENUSER_ALERT_MAIL_TO", default=[]),
    # Seconds without its condition after which an incident is over.
    "CALM_SECONDS": env.float("OPENUSER_INCIDENT_CALM_SECONDS", default=120),
}
# Mail server, such as `smtp+tls://user:password@mail.example.com:587`, or `smtp+ssl://…:465`.
vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:25"))
# Sender of e-mails.
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="openuser@localhost")
EMAIL_TIMEOUT = 15

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
    "DASHBOARD_CALLBACK": "openuser.admin.home.dashboard.callback",
    "LOGIN": {"form": "openuser.second_factor.login_form.LoginForm"},
    "ACCOUNT": {"navigation": "openuser.admin.navigation.account_links"},
    "STYLES": [lambda request: static("openuser/admin.css")],
    "SIDEBAR": {"show_search": True, "navigation": "openuser.admin.navigation.sections"},
}
