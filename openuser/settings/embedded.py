"""The default settings: an installation with its own servers, run by `manage.py up` from the var folder.

Keys that are not configured are generated on first use, in var/secrets.env. Without WECHAT_CORP_ID, the application
talks to the emulator, with identifiers of its own, so that it never mixes with a real one.
"""

from django.core.exceptions import ImproperlyConfigured

from openuser.bootstrap import database_choice, secrets_file
from openuser.servers import postgres, valkey
from openuser.settings import base

secrets_file.ensure(
    base.VAR_DIR / "secrets.env",
    {
        "SECRET_KEY": secrets_file.secret_key,
        "OPENUSER_FIELD_KEYS": secrets_file.field_key,
        "EMULATOR_CORP_ID": secrets_file.corp_id,
        "EMULATOR_AGENT_ID": lambda: "1000002",
        "EMULATOR_SECRET": secrets_file.token,
        "EMULATOR_TOKEN": secrets_file.token,
        "EMULATOR_AES_KEY": secrets_file.aes_key,
    },
)

from openuser.settings.base import *  # noqa: E402, F403
from openuser.settings.base import (  # noqa: E402
    BROKER_URL,
    DATABASE_URL,
    VAR_DIR,
    WECOM,
    channel_layers,
    database,
    env,
)

env.read_env(VAR_DIR / "secrets.env", overwrite=False)
SECRET_KEY = env.str("SECRET_KEY")
FIELD_KEYS = env.list("OPENUSER_FIELD_KEYS")

OWN_DATABASE = ""  # sqlite or postgres; empty if DATABASE_URL names a server
if not DATABASE_URL:
    try:
        # Database that `up` runs: `sqlite`, or `postgres` for a bundled PostgreSQL. Empty: that of the last `up`.
        OWN_DATABASE = database_choice.chosen(env.str("OPENUSER_DB", default=""), VAR_DIR)
    except ValueError as error:
        raise ImproperlyConfigured(str(error)) from error
    if OWN_DATABASE == database_choice.POSTGRES:
        DATABASE_URL = postgres.url(VAR_DIR / "postgres")
        DATABASES = {"default": database(DATABASE_URL)}
        DATABASES["default"]["OPTIONS"]["pool"]["timeout"] = 5  # it runs on this machine, or not at all

if not env.str("BROKER_URL", default=""):
    BROKER_URL = CELERY_BROKER_URL = valkey.url(VAR_DIR / "valkey")
    CACHES = {"default": base.cache(BROKER_URL)}
    CHANNEL_LAYERS = channel_layers(BROKER_URL)

if not base.WEBHOOKS["NETWORKS"]:
    # So that webhooks can be tried on this machine.
    WEBHOOKS = {**base.WEBHOOKS, "NETWORKS": ["127.0.0.0/8", "::1/128"]}

# Password of the account `admin`. Without one, `up` generates one in `var/secrets.env`.
ADMIN_PASSWORD = env.str("OPENUSER_ADMIN_PASSWORD", default="")

EMULATED = not WECOM["CORP_ID"]
# Address of the emulator.
EMULATOR_URL = env.str("OPENUSER_EMULATOR_URL", default="http://127.0.0.1:9001")
if EMULATED:
    WECOM = {
        **WECOM,
        "CORP_ID": env.str("EMULATOR_CORP_ID"),
        "AGENT_ID": env.int("EMULATOR_AGENT_ID"),
        "CORP_SECRET": env.str("EMULATOR_SECRET"),
        "TOKEN": env.str("EMULATOR_TOKEN"),
        "ENCODING_AES_KEY": env.str("EMULATOR_AES_KEY"),
        "API_BASE_URL": EMULATOR_URL,
        "ADDRESS_IS_KNOWN": False,
        "OAUTH_BASE_URL": EMULATOR_URL,
        "LOGIN_BASE_URL": EMULATOR_URL,
    }
