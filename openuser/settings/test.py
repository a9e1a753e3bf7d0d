"""For the suite: real parts, private ones. Servers are those of TEST_DATABASE_URL and TEST_BROKER_URL, else our own."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# Before the settings are read: neither a developer's .env nor the files of their installation belong to a test. The
# children of a test inherit the folder, so that only who made it removes it.
os.environ["OPENUSER_DOTENV"] = os.devnull
if not os.environ.get("OPENUSER_VAR_DIR"):
    os.environ["OPENUSER_VAR_DIR"] = tempfile.mkdtemp(prefix="ou-test-", dir="/tmp")
    atexit.register(shutil.rmtree, os.environ["OPENUSER_VAR_DIR"], ignore_errors=True)
# Each worker of pytest-xdist has its own folder in that one, and with it a database and a broker, or its own keys in
# the one that is named. What a test starts is no worker any more.
if WORKER := os.environ.pop("PYTEST_XDIST_WORKER", ""):
    os.environ["OPENUSER_VAR_DIR"] = os.path.join(os.environ["OPENUSER_VAR_DIR"], WORKER)

from openuser.servers import valkey
from openuser.settings.base import *  # noqa: F403
from openuser.settings.base import (
    CELERY_BROKER_TRANSPORT_OPTIONS,
    CONVERSATIONS,
    SQLITE_PRAGMAS,
    VAR_DIR,
    WECOM,
    cache,
    channel_layers,
    database,
    env,
)

SECRET_KEY = "test-only-" + "k" * 50
FIELD_KEYS = ["dGVzdC1vbmx5LWZpZWxkLWtleS0zMi1ieXRlcyEhISE="]
ALLOWED_HOSTS = ["*"]
Path(VAR_DIR / "static").mkdir(parents=True, exist_ok=True)  # WhiteNoise warns about a folder that is not there
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")

DATABASE_URL = env.str("TEST_DATABASE_URL", default="")
DATABASES = {"default": database(DATABASE_URL)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: threads and processes of a test see the same rows.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    # Processes are killed here, but no machine loses its power: nothing need reach the disk.
    DATABASES["default"]["OPTIONS"]["init_command"] = f"{SQLITE_PRAGMAS}PRAGMA synchronous=OFF;"
else:
    # One process plays many here: threads that outlive their test keep their connection until they end.
    DATABASES["default"]["OPTIONS"]["pool"]["max_size"] = 40

RUN_FOLDER = VAR_DIR.parent if WORKER else VAR_DIR  # what all workers share
BROKER_FOLDER = VAR_DIR / "valkey"
BROKER_URL = env.str("TEST_BROKER_URL", default="") or valkey.url(BROKER_FOLDER)
CELERY_BROKER_URL = BROKER_URL
CACHES = {"default": {**cache(BROKER_URL), "KEY_PREFIX": str(VAR_DIR)}}
CHANNEL_LAYERS = channel_layers(BROKER_URL, prefix=str(VAR_DIR))
CELERY_BROKER_TRANSPORT_OPTIONS = {**CELERY_BROKER_TRANSPORT_OPTIONS, "socket_timeout": 5}
# Nor does a real application of the environment; tests/support/stack.py names its own.
WECOM = {**WECOM, "CORP_ID": env.str("TEST_CORP_ID", default="")}
# What fails shall fail; tests of who stands in name somebody.
SPEECH_FALLBACK = RENDER_FALLBACK = ""
CONVERSATIONS = {**CONVERSATIONS, "VOICE_FALLBACK": False}
