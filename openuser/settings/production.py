"""Settings of a server behind a TLS proxy: required values, strict security.

`docker/` and the README show the proxy. The strict parts are settings, because your proxy may do them itself.
"""

from django.core.exceptions import ImproperlyConfigured

from openuser.settings.base import *  # noqa: F403
from openuser.settings.base import LOG_DIR, LOGGING, STORAGES, env, with_log_files

REQUIRED = {
    "SECRET_KEY": "a long random string: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'",
    "OPENUSER_FIELD_KEYS": "one or more Fernet keys, the first one writes: python3 -c "
    "'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'",
    "DATABASE_URL": "where PostgreSQL is, or its pooler: postgres://user:password@host/openuser",
    "BROKER_URL": "where Redis, Valkey or RabbitMQ is: redis://host:6379/0",
    "ALLOWED_HOSTS": "the names under which the site is reached, separated by commas",
}
missing = [
    f"  {name}: {description}" for name, description in REQUIRED.items() if not env.str(name, default="").strip()
]
if missing:
    raise ImproperlyConfigured("Production needs these in the environment or in .env:\n" + "\n".join(missing))

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = False

# Redirect HTTP to HTTPS, and refuse it for the REST API.
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
# Seconds for which browsers insist on HTTPS (HSTS); 0 while you test.
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
# Extend HSTS to all subdomains.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=True)
# Allow the domain on the preload lists of browsers.
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=True)
SECURE_REFERRER_POLICY = "same-origin"
# Send the session cookie over HTTPS only.
SESSION_COOKIE_SECURE = env.bool("SESSION_COOKIE_SECURE", default=True)
# Send the CSRF cookie over HTTPS only.
CSRF_COOKIE_SECURE = env.bool("CSRF_COOKIE_SECURE", default=True)
# A browser takes a cookie of such a name only over HTTPS, for this host alone and from no subdomain.
if SESSION_COOKIE_SECURE:
    SESSION_COOKIE_NAME, LANGUAGE_COOKIE_NAME = "__Host-sessionid", "__Host-language"
    LANGUAGE_COOKIE_SECURE = True
if CSRF_COOKIE_SECURE:
    CSRF_COOKIE_NAME = "__Host-csrftoken"
# Header in which the proxy reports HTTPS; the proxy must overwrite it in every request. Empty: trust none.
proxy_header = env.str("SECURE_PROXY_SSL_HEADER", default="X-Forwarded-Proto")
SECURE_PROXY_SSL_HEADER = ("HTTP_" + proxy_header.upper().replace("-", "_"), "https") if proxy_header else None

# Second factor of staff: `offered`, `suggested` or `required`.
SECOND_FACTOR = env.str("OPENUSER_SECOND_FACTOR", default="suggested")

# Header in which the proxy gives the visitor's address; it must overwrite what the visitor sends. Empty trusts none.
CLIENT_ADDRESS_HEADER = env.str("CLIENT_ADDRESS_HEADER", default="X-Forwarded-For")

WHITENOISE_USE_FINDERS = False
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Also write `app.log` and `wechat_integration.log` to `OPENUSER_LOG_DIR`.
if env.bool("OPENUSER_LOG_FILES", default=True):
    LOGGING = with_log_files(LOGGING, LOG_DIR)
