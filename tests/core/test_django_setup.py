"""A script that is run by itself ends with one sentence that says what to set."""

import os
import subprocess
import sys

import pytest

from tests.support.paths import ROOT

# The guide's test script, and what else its code imports.
GUIDE = """
import asyncio
from wecom.bot import send_text_message

async def test_send():
    await send_text_message(
        user_id="YourUserID",
        content="Test message from OpenUser"
    )

asyncio.run(test_send())
"""
SCRIPTS = [
    GUIDE,
    "from conversations.services import generate_and_send_video",
    "from wecom.auth import get_access_token",
    "from wecom.models import Member",
    "from avatars import services",
    "from scheduling.models import Schedule",
]


@pytest.mark.parametrize("module", ["", "openuser.settings.test"])
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.split("import")[-2].split()[-1])
def test_a_script_without_django_says_what_to_set(tmp_path, script, module):
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    environment |= {"PYTHONPATH": str(ROOT)} | ({"DJANGO_SETTINGS_MODULE": module} if module else {})
    line = [sys.executable, str(tmp_path / "script.py")]
    done = subprocess.run(line, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1
    assert last.startswith("django.core.exceptions.ImproperlyConfigured: Django is not set up: ")
    assert "manage.py shell < script.py" in last
    assert "DJANGO_SETTINGS_MODULE to openuser.settings.embedded" in last
    assert "django.setup()" in last
