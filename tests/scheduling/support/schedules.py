"""Schedules under a clock that the test moves."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from scheduling import services
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
