"""Quotas of messages: per member and minute or hour, where the rest is dropped silently, and per application and day.

Source: https://developer.work.weixin.qq.com/document/path/90312.
"""

import json

from wecom.emulator import clock, platform_quirks
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import App, Member, sql

RECEIVED = (
    "SELECT member_id, COUNT(*), SUM(at > ?) FROM emulator_entry WHERE app_id = ? AND received AND at > ? "
    "AND chat_id IS NULL AND member_id IN (SELECT value FROM json_each(?)) GROUP BY member_id"
)
SET_COUNT = "UPDATE emulator_app SET counted_day = ?, counted = ? WHERE id = ?"


def count_recipients(app: App, count: int, now: float) -> None:
    """Count against the application's quota of the day: members of the company times 200. Raises `ApiError` 45009."""
    per_account = platform_quirks.rules_of(app.pk).quota_per_account
    if not per_account:
        return
    today = clock.day_number(now)
    if app.counted_day != today:
        app.counted_day, app.counted = today, 0
    if app.counted + count > per_account:
        accounts = Member.objects.filter(corp=app.corp).exclude(status=Member.Status.LEFT).count()
        if app.counted + count > accounts * per_account:
            raise ApiError(45009, "out of daily quota")
    sql.execute(SET_COUNT, today, app.counted + count, app.pk)


def members_within_quota(app: App, members: list[Member], now: float) -> list[Member]:
    """The members whose quota is not used up. The platform does not report the others."""
    rules = platform_quirks.rules_of(app.pk)
    last_minute, last_hour = (_window_start(now, seconds, aligned=rules.quota_aligned) for seconds in (60, 3600))
    ids = json.dumps([member.pk for member in members])  # counted by SQLite: a member may have thousands of messages
    counted = sql.execute(RECEIVED, last_minute, app.pk, last_hour, ids)
    limits = (rules.quota_per_hour, rules.quota_per_minute)
    full = {
        member
        for member, *counts in counted
        if any(count >= limit for count, limit in zip(counts, limits, strict=True))
    }
    return [member for member in members if member.pk not in full]


def _window_start(now: float, seconds: int, *, aligned: bool) -> float:
    """The start of a sliding window, or of the clock's minute or hour."""
    return now // seconds * seconds - 1e-6 if aligned else now - seconds
