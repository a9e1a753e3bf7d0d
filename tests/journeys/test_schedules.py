"""Repeated campaigns from row to phone: by beat's own clock, and by a moved one."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tests.support.emulator import Person
from tests.support.stack import Stack

# PostgreSQL is behind the journeys of test_main_path, test_flows, test_directory and test_canaries, and most of chaos.
pytestmark = pytest.mark.slow
MINUTES_TO_WAIT = 2
PAUSE = """
from scheduling import models, services
services.pause_mailing(models.Campaign.objects.get(pk={key}))
"""


def schedule(stack: Stack, person: Person, arguments: str) -> int:
    """The key of the campaign that was made."""
    call = f"schedule_wechat_message(user_id={person.user_id!r}, {arguments})"
    code = f"from scheduling.services import schedule_wechat_message; print({call}.pk)"
    return int(stack.manage("shell", "-c", code).split()[-1])


def test_beat_says_it_every_minute_until_it_is_paused(stack, known):
    key = schedule(stack, known, 'message="整点到了。", schedule="* * * * *"')
    assert known.reads_text(seconds=60 * MINUTES_TO_WAIT) == "整点到了。"
    stack.manage("shell", "-c", PAUSE.format(key=key))


def test_a_daily_video_arrives_when_the_clock_is_moved_to_nine(stack, known):
    schedule(stack, known, 'message_type="video", text="早上好，今天也要加油。", schedule="0 9 * * *"')
    tomorrow = timezone.now().astimezone(ZoneInfo("Asia/Shanghai")) + timedelta(days=1)
    nine = tomorrow.replace(hour=9, minute=1).isoformat(timespec="minutes")
    assert "早上好" in stack.manage("run_schedules", "--now", nine)
    assert "早上好" not in stack.manage("run_schedules", "--now", nine)
    (video,) = known.reads(seconds=120)
    assert video["msgtype"] == "video"
    assert video["content"]["title"] == "早上好，今天也要加油。"
