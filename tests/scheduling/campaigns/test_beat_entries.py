"""Beat's entry of a campaign without approval: the same times, or more where Celery's crontab is coarser."""

import pytest

from scheduling.business_calendar import parse_cron
from scheduling.campaigns.beat_entries import crontab_fields


@pytest.mark.parametrize(
    ("line", "minute", "hour", "day", "month", "weekday"),
    [
        ("0 9 * * *", "0", "9", "*", "*", "*"),
        ("*/15 9-11 * * 7", "0,15,30,45", "9,10,11", "*", "*", "0"),
        ("0 9 1,15 1 *", "0", "9", "1,15", "1", "*"),
        ("0 9 L * *", "0", "9", "*", "*", "*"),
        ("0 9 * * 5L", "0", "9", "*", "*", "*"),
        ("0 9 1 * 1", "0", "9", "*", "*", "*"),
        ("0 9 */10 * 1", "0", "9", "1,11,21,31", "*", "1"),
        ("* * * * *", "*", "*", "*", "*", "*"),
    ],
)
def test_beat_wakes_at_least_when_the_line_says(line, minute, hour, day, month, weekday):
    assert crontab_fields(parse_cron(line)) == {
        "minute": minute,
        "hour": hour,
        "day_of_month": day,
        "month_of_year": month,
        "day_of_week": weekday,
    }
