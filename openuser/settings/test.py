"""Settings of the tests: private servers, unless TEST_DATABASE_URL and TEST_BROKER_URL name others."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# Before the settings are read: a developer's .env and the files of their installation do not belong to a test. Child
# processes inherit the folder, and only the process that created it removes it.
os.environ["OPENUSER_DOTENV"] = os.devnull
if not os.environ.get("OPENUSER_VAR_DIR"):
    os.environ["OPENUSER_VAR_DIR"] = tempfile.mkdtemp(prefix="ou-test-", dir="/tmp")
    atexit.register(shutil.rmtree, os.environ["OPENUSER_VAR_DIR"], ignore_errors=True)
# Each worker of pytest-xdist has a folder inside of that one, with its own database and broker, or its own keys in a
# named one. Processes that a test starts are not workers.
if WORKER := os.environ.pop("PYTEST_XDIST_WORKER", ""):
    os.environ["OPENUSER_VAR_DIR"] = os.path.join(os.environ["OPENUSER_VAR_DIR"], WORKER)

# The suite's processes share the processors: threads of numpy, OpenCV and torch would spin while they wait for each
# other. Their libraries read this when they are imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")
os.environ.setdefault("OPENCV_FOR_THREADS_NUM", "1")

# Tests run at any hour.
os.environ.setdefault("OPENUSER_QUIET_HOURS", "")

from openuser.servers import valkey
from openuser.settings.base import *  # noqa: F403
from openuser.settings.base import (
    CONVERSATIONS,
    SQLITE_PRAGMAS,
    VAR_DIR,
    WECOM,
    cache,
    channel_layers,
    database,
    env,
    is_rabbitmq,
    priorities,
    transport_options,
)

SECRET_KEY = "test-only-" + "k" * 50
FIELD_KEYS = ["dGVzdC1vbmx5LWZpZWxkLWtleS0zMi1ieXRlcyEhISE="]
ALLOWED_HOSTS = ["*"]
Path(VAR_DIR / "static").mkdir(parents=True, exist_ok=True)  # WhiteNoise warns if the folder is missing
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")

# Database server of the tests. Empty: SQLite, or a private PostgreSQL.
DATABASE_URL = env.str("TEST_DATABASE_URL", default="")
DATABASES = {"default": database(DATABASE_URL)}
if DATABASES["default"]["ENGINE"] == "core.sqlite":
    # A file, so that threads and processes of a test see the same rows.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    # Tests kill processes, not machines: writes need not reach the disk.
    DATABASES["default"]["OPTIONS"]["init_command"] = f"{SQLITE_PRAGMAS}PRAGMA synchronous=OFF;"
else:
    # Threads that outlive their test keep their connection.
    DATABASES["default"]["OPTIONS"]["pool"]["max_size"] = 40

RUN_FOLDER = VAR_DIR.parent if WORKER else VAR_DIR  # shared by all workers
BROKER_FOLDER = VAR_DIR / "valkey"
# Redis, Valkey or RabbitMQ server of the tests. Empty: a private Valkey.
BROKER_URL = env.str("TEST_BROKER_URL", default="") or valkey.url(BROKER_FOLDER)
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_DEFAULT_PRIORITY, BULK_PRIORITY, CELERY_TASK_QUEUE_MAX_PRIORITY = priorities(BROKER_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {**transport_options(BROKER_URL), "socket_timeout": 5}
REDIS_URL = valkey.url(BROKER_FOLDER) if is_rabbitmq(BROKER_URL) else BROKER_URL
CACHES = {"default": {**cache(REDIS_URL), "KEY_PREFIX": str(VAR_DIR)}}
CHANNEL_LAYERS = channel_layers(REDIS_URL, prefix=str(VAR_DIR))
# Corp ID of the application that a test's own stack uses.
WECOM = {**WECOM, "CORP_ID": env.str("TEST_CORP_ID", default="")}
UPKEEP = False  # a thread of its own would ask the database of whichever test runs
# Failures must fail; tests of the fallback configure one.
SPEECH_FALLBACK = RENDER_FALLBACK = ""
CONVERSATIONS = {**CONVERSATIONS, "VOICE_FALLBACK": False}
# To load the models takes a second, and the suite starts hundreds of processes: tests of meaning name their embedder.
EMBEDDER = ""
