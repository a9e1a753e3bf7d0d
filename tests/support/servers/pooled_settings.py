"""Settings of tests that reach their database through the PgBouncer of TEST_POOLER_URL; see tests/nightly/pooled.py.

TEST_DATABASE_URL names PostgreSQL itself, where databases of tests are made, and what goes past a pooler.
"""

from openuser.settings.test import *  # noqa: F403
from openuser.settings.test import DATABASE_URL, database, env

DATABASE_DIRECT = database(DATABASE_URL)
DATABASE_DIRECT["NAME"] = f"test_{DATABASE_DIRECT['NAME']}"  # pytest-django's name for that of the tests
DATABASES = {"default": database(env.str("TEST_POOLER_URL"), pooled=True)}
DATABASES["default"]["OPTIONS"]["pool"]["max_size"] = 40  # as without it
