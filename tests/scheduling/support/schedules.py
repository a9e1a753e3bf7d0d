"""Schedules under a clock that the test moves."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.test import Client

from avatars.models import Presentation, RenderTemplate
from conversations.models import Message
from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import Schedule
from wecom.models import Outbound

SHANGHAI = ZoneInfo("Asia/Shanghai")


def clock(text: str) -> datetime:
    """A moment in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def make_schedule(*, now: str = "2026-11-24T12:00", **fields: Any) -> Schedule:
    fields.setdefault("user_ids", ["zhangsan"])
    fields.setdefault("text", "早上好！")
    fields.setdefault("cron", "0 9 * * *")
    return services.save_schedule(Schedule(**fields), now=clock(now))


def outcomes(schedule: Schedule) -> list[tuple[str, str]]:
    """When and what, oldest first."""
    rows = schedule.runs.order_by("due_at")
    return [(run.due_at.astimezone(SHANGHAI).strftime("%m-%d %H:%M"), run.outcome) for run in rows]


def sent(user_id: str = "zhangsan") -> list[str]:
    rows = Outbound.objects.filter(recipients=[user_id]).order_by("pk")
    return [row.content.get("content", row.msgtype) for row in rows]


def plan_video(
    source: RenderTemplate | Presentation, user_ids: tuple[str, ...] | list[str] = ("wangfang",), **fields: Any
) -> Schedule:
    """A schedule that says a template or a presentation with each member's name."""
    kind = "template" if isinstance(source, RenderTemplate) else "presentation"
    wishes = {"message_type": "video", "text": "", "values": {"name": "{{name}}"}, kind: source}
    return make_schedule(user_ids=list(user_ids), **{**wishes, **fields})


def refused_video(source: RenderTemplate | Presentation, **fields: Any) -> tuple[str, str]:
    """The field and the code of what is wrong with such a schedule."""
    with pytest.raises(SchedulingError) as caught:
        plan_video(source, **fields)
    assert caught.value.remedy
    return caught.value.field, caught.value.code


def texts() -> dict[str, str]:
    """What each member's message says, by user ID."""
    return {message.member.user_id: message.content.text for message in Message.objects.select_related("content")}


def english_admin() -> Client:
    """The admin's pages in English, for an administrator."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.create_superuser("boss"))
    return client


def video_form(**fields: Any) -> dict[str, Any]:
    """What the form of a schedule sends for a video every morning at nine."""
    values = {"name": "欢迎", "user_ids": "wangfang\nnobody", "message_type": "video", "text": "", "cron": "0 9 * * *"}
    return {**values, "time_zone": "Asia/Shanghai", "days": "every", "grace_minutes": "10", **fields}


def zone_where_it_is(hour: int) -> str:
    """A time zone in which it is this hour of the day now."""
    offset = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"
