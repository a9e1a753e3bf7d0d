"""For the suite: real parts, private ones. tests/conftest.py sets the URLs of the servers before this is read."""

import tempfile
from pathlib import Path

from openuser.settings.base import *  # noqa: F403
from openuser.settings.base import env

SECRET_KEY = "test-only-" + "k" * 50
FIELD_KEYS = ["dGVzdC1vbmx5LWZpZWxkLWtleS0zMi1ieXRlcyEhISE="]
ALLOWED_HOSTS = ["*"]
VAR_DIR = Path(env.str("OPENUSER_VAR_DIR", default=tempfile.gettempdir() + "/openuser-test"))
MEDIA_ROOT = VAR_DIR / "media"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LANGUAGE_CODE = "en"
