"""The guide's test script, and longer ones, run from a terminal beside a running installation."""

import subprocess
import sys

import pytest

from tests.support.paths import ROOT

# PostgreSQL is behind the journeys of test_main_path, test_flows, test_directory and test_canaries, and most of chaos.
pytestmark = pytest.mark.slow

TEST_SCRIPT = """
# Test script
import asyncio
from wecom.bot import send_text_message

async def test_send():
    await send_text_message(
        user_id="YourUserID",
        content="Test message from OpenUser"
    )

asyncio.run(test_send())
"""
LONGER_SCRIPT = """
import asyncio
from conversations.services import generate_and_send_video, generate_digital_human_video
from wecom.bot import get_user_info, send_text_message, send_video_message, upload_video

async def main():
    info = await get_user_info("YourUserID")
    await send_text_message("YourUserID", f"Hello {info['name']}")
    message = await generate_and_send_video(
        user_id="YourUserID", digital_human_id=1, text="Welcome.", mode="lipsync"
    )
    assert not message.degraded
    path = await generate_digital_human_video(digital_human_id=1, text="Welcome.", mode="lipsync")
    await send_video_message("YourUserID", await upload_video(path), "Once more")

asyncio.run(main())
"""
ALONE = """
import os, django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openuser.settings.embedded")
django.setup()
"""


def run(stack, person, *command: str, script: str) -> None:
    script = script.replace("YourUserID", person.user_id)
    command = (sys.executable, *command)
    done = subprocess.run(
        command, input=script, env=stack.env, cwd=ROOT, check=False, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr


def test_the_script_of_the_guide_sends(stack, person):
    run(stack, person, "manage.py", "shell", script=TEST_SCRIPT)
    assert person.reads_text() == "Test message from OpenUser"


def test_a_program_of_its_own_needs_two_lines_more(stack, person):
    run(stack, person, "-", script=ALONE + TEST_SCRIPT)
    assert person.reads_text() == "Test message from OpenUser"


def test_a_script_may_wait_for_videos(stack, person):
    run(stack, person, "manage.py", "shell", script=LONGER_SCRIPT)
    assert person.reads_text() == f"Hello {person.user_id}"
    first, second = person.reads(2)
    assert [first["content"]["title"], second["content"]["title"]] == ["Welcome.", "Once more"]
    assert first["content"]["media_id"] == second["content"]["media_id"]
