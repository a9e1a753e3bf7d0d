"""For the suite: real parts, private ones. Servers are those of TEST_DATABASE_URL and TEST_BROKER_URL, else our own."""

import atexit
import shutil
import tempfile
from pathlib import Path

from openuser.services import valkey
from openuser.settings.base import *  # noqa: F403
from openuser.settings.base import CELERY_BROKER_TRANSPORT_OPTIONS, database, env

VAR_DIR = Path(env.str("OPENUSER_VAR_DIR", default="") or tempfile.mkdtemp(prefix="ou-test-", dir="/tmp"))
if not env.str("OPENUSER_VAR_DIR", default=""):
    atexit.register(shutil.rmtree, VAR_DIR, ignore_errors=True)
SECRET_KEY = "test-only-" + "k" * 50
FIELD_KEYS = ["dGVzdC1vbmx5LWZpZWxkLWtleS0zMi1ieXRlcyEhISE="]
ALLOWED_HOSTS = ["*"]
MEDIA_ROOT = VAR_DIR / "media"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns about a folder that is not there
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")

DATABASE_URL = env.str("TEST_DATABASE_URL", default="") or env.str("DATABASE_URL", default="")
DATABASES = {"default": database(DATABASE_URL)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    if not DATABASE_URL:
        DATABASES["default"]["NAME"] = str(VAR_DIR / "openuser.sqlite3")
    # A file, not memory: threads and processes of a test see the same rows.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}

BROKER_FOLDER = VAR_DIR / "valkey"
BROKER_URL = env.str("TEST_BROKER_URL", default="") or valkey.url(BROKER_FOLDER)
CELERY_BROKER_URL = BROKER_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {**CELERY_BROKER_TRANSPORT_OPTIONS, "socket_timeout": 5}
