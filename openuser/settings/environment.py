"""What all settings are read from: the environment, `.env`, the secrets of the var folder; and where things lie."""

import json
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()
env.read_env(env.str("OPENUSER_DOTENV", default=str(BASE_DIR / ".env")), overwrite=False)

VAR_DIR = Path(env.str("OPENUSER_VAR_DIR", default=str(BASE_DIR / "var")))
env.read_env(VAR_DIR / "secrets.env", overwrite=False)


def json_object(name: str) -> dict[str, Any]:
    """A variable of the environment that holds a JSON object; {} where it is not set."""
    try:
        value = json.loads(env.str(name, default="") or "{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ImproperlyConfigured(f'{name} must be a JSON object: {{"top_p": 0.8}}.')
    return value
