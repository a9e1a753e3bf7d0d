"""A server behind a proxy that speaks TLS: everything named, nothing made up, every lock on.

`docker/` and the README show the proxy. The strict parts are settings, because the proxy may be someone else's.
"""

from django.core.exceptions import ImproperlyConfigured

from openuser.settings.base import *  # noqa: F403
from openuser.settings.base import LOG_DIR, LOGGING, STORAGES, env, with_log_files

REQUIRED = {
    "SECRET_KEY": "a long random string: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'",
    "OPENUSER_FIELD_KEYS": "one or more Fernet keys, the first one writes: python3 -c "
    "'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'",
    "DATABASE_URL": "where PostgreSQL is: postgres://user:password@host/openuser",
    "BROKER_URL": "where Redis or Valkey is: redis://host:6379/0",
    "ALLOWED_HOSTS": "the names under which the site is reached, separated by commas",
}
missing = [f"  {name}: {words}" for name, words in REQUIRED.items() if not env.str(name, default="").strip()]
if missing:
    raise ImproperlyConfigured("Production needs these in the environment or in .env:\n" + "\n".join(missing))

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = False

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]  # the container's own probe comes without TLS
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=True)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=True)
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = env.bool("SESSION_COOKIE_SECURE", default=True)
CSRF_COOKIE_SECURE = env.bool("CSRF_COOKIE_SECURE", default=True)
# Only a proxy that overwrites this header may be trusted with it; an empty setting trusts none.
proxy_header = env.str("SECURE_PROXY_SSL_HEADER", default="X-Forwarded-Proto")
SECURE_PROXY_SSL_HEADER = ("HTTP_" + proxy_header.upper().replace("-", "_"), "https") if proxy_header else None

WHITENOISE_USE_FINDERS = False
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

if env.bool("OPENUSER_LOG_FILES", default=True):
    LOGGING = with_log_files(LOGGING, LOG_DIR)
