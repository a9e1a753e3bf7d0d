"""Plain messages under a clock that the test moves, and schedules as a database of 0.5 has them."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from conversations.models import Message
from scheduling import services
from scheduling.models import Campaign, Run, Schedule
from tests.scheduling.support.campaigns import work
from wecom.models import Outbound

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING: dict[str, Any] = {"user_ids": ["zhangsan"], "text": "早上好！", "cron": "0 9 * * *"}


def clock(text: str) -> datetime:
    """A moment in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def send_plain(*, now: str = "2026-11-24T12:00", has_id: bool = False, draft: bool = False, **fields: Any) -> Campaign:
    """A campaign without approval that goes on, of a message as the guide's function and REST name it."""
    message = services.PlainMessage(**{**MORNING, **fields})
    return services.send_plain_message(message, has_id=has_id, draft=draft, now=clock(now))


def run_due(at: str) -> None:
    """Send what is due at a moment, without a call of WeChat Work."""
    services.run_due_campaigns(now=clock(at))
    work(clock(at), calls=False)


def former_schedule(*, now: str = "2026-11-24T12:00", **fields: Any) -> Schedule:
    """A row of 0.5, whose moments until `now` are handled."""
    watched = {"watched_from": clock(now), "paused": bool(fields.get("draft"))}
    return Schedule.objects.create(**{**MORNING, **watched, **fields})


def former_run(schedule: Schedule, at: str, outcome: str = "sent", **fields: Any) -> Run:
    return Run.objects.create(schedule=schedule, due_at=clock(at), outcome=outcome, **fields)


def sent(user_id: str = "zhangsan") -> list[str]:
    rows = Outbound.objects.filter(recipients=[user_id]).order_by("pk")
    return [row.content.get("content", row.msgtype) for row in rows]


def texts() -> dict[str, str]:
    """What each member's message says, by user ID."""
    return {message.member.user_id: message.content.text for message in Message.objects.select_related("content")}


def zone_where_it_is(hour: int) -> str:
    """A time zone in which it is this hour of the day now."""
    offset = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"
