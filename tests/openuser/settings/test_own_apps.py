"""Apps of yours, named by OPENUSER_APPS, as a process of an installation loads them."""

import os
import subprocess

import pytest
from django.core.exceptions import ImproperlyConfigured

from openuser.settings.environment import Env
from tests.openuser.settings.test_settings import python
from tests.support.paths import ROOT

FILES = {
    "__init__.py": "",
    "handlers.py": "from wecom.bot import bot\n\n\n@bot.on_command('/canteen')\ndef canteen(message):\n"
    "    return 'Noodles.'\n",
    "tasks.py": "from celery import shared_task\n\n\n@shared_task\ndef cook():\n    return 1\n",
    "engine.py": "class Mumble:\n    def __init__(self, pitch):\n        self.pitch = pitch\n",
    "models.py": "from django.db import models\n\n\nclass Dish(models.Model):\n    name = models.TextField()\n",
    "apps.py": "from django.apps import AppConfig\n\n\nclass AcmeConfig(AppConfig):\n    name = 'acme'\n"
    "    default_auto_field = 'django.db.models.BigAutoField'\n",
}
ENGINES = '{"mumble": {"class": "acme.engine.Mumble", "options": {"pitch": 3}}}'
LOADED = """
import django
django.setup()
from django.apps import apps
from core.backends import backend
from openuser.celery import app
from wecom.callbacks.router import router
app.loader.import_default_modules()
print([route.name for route in router._routes if route.handler.__module__ == "acme.handlers"])
print("acme.tasks.cook" in app.tasks, backend("SPEECH_ENGINES", "mumble").pitch, apps.get_model("acme.Dish").__name__)
"""


@pytest.fixture
def installation(tmp_path):
    """Runs Python in an installation with the app `acme` beside it."""
    (tmp_path / "acme").mkdir()
    for name, text in FILES.items():
        (tmp_path / "acme" / name).write_text(text)
    beside = os.pathsep.join([str(ROOT), str(tmp_path)])

    def run(*line: str, apps: str) -> "subprocess.CompletedProcess[str]":
        named = {"OPENUSER_APPS": apps, "OPENUSER_SPEECH_ENGINES": ENGINES, "PYTHONPATH": beside}
        return python(*line, settings="embedded", var=tmp_path / "var", **named)

    return run


def test_an_own_apps_handlers_tasks_engines_and_models_are_loaded(installation):
    result = installation("-c", LOADED, apps="acme")
    assert result.stdout.splitlines() == ["['/canteen']", "True 3 Dish"], result.stderr


def test_the_projects_checks_pass_with_an_own_app(installation):
    result = installation("-m", "django", "check", "--fail-level", "WARNING", apps=" acme.apps.AcmeConfig ,")
    assert result.returncode == 0, result.stderr


def test_a_missing_own_app_stops_the_process_by_name(installation):
    result = installation("-c", "from django.conf import settings; settings.DEBUG", apps="acme,acne")
    assert result.returncode == 1
    assert "OPENUSER_APPS names 'acne', and there is no such package." in result.stderr.splitlines()[-1]


@pytest.mark.parametrize("entry", ["acne", "acne.kitchen", "tests.acne", "acne.apps.AcneConfig", "manage.acne"])
def test_a_missing_own_app_is_named(monkeypatch, entry):
    monkeypatch.setenv("OPENUSER_APPS", f"tests,{entry}")
    with pytest.raises(ImproperlyConfigured, match=f"OPENUSER_APPS names '{entry}'"):
        Env().apps("OPENUSER_APPS", default="")


def test_what_an_own_app_lacks_itself_is_named(monkeypatch, tmp_path):
    (tmp_path / "lacking").mkdir()
    (tmp_path / "lacking" / "__init__.py").write_text("import missing_library\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("OPENUSER_APPS", "lacking.apps.LackingConfig")
    with pytest.raises(ModuleNotFoundError, match="missing_library"):
        Env().apps("OPENUSER_APPS", default="")
