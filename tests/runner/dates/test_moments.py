"""The short form of `python -m tests.runner.dates`: tests that read the date hold on other days."""

from datetime import datetime

import pytest

from openuser.servers.server_processes import ServiceError
from scheduling.business_calendar import Calendar
from tests.runner.dates import moments
from tests.support.servers.faketime import moved_clock


def test_the_moments_are_the_days_on_which_tests_fail():
    days = {datetime.fromisoformat(moment) for moment in moments.MOMENTS.values()}
    assert {1, 2, 28, 29, 30, 31} <= {day.day for day in days}
    assert {(12, 31), (2, 29)} <= {(day.month, day.day) for day in days}
    assert any(day.weekday() == 6 for day in days)
    assert {Calendar().knows(day.date()) for day in days} == {True, False}
    assert set(moments.SHORT) <= set(moments.MOMENTS.values())


def test_files_that_read_the_date_are_found():
    found = moments.files()
    assert set(moments.SHORT_FILES) <= set(found)
    assert "tests/browser/scheduling/test_calendar.py" in found
    assert "tests/avatars/media/test_amr.py" not in found


@pytest.mark.slow
@pytest.mark.parametrize("moment", moments.SHORT)
def test_they_hold_on_other_days(moment, tmp_path, monkeypatch):
    try:
        moved_clock("+0s")
    except ServiceError as error:
        pytest.skip(str(error))
    monkeypatch.setenv("OPENUSER_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("TEST_DATABASE_URL", "")
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_CURRENT_TEST"):
        monkeypatch.delenv(name, raising=False)
    words = ["-n", "0", "-p", "no:cacheprovider", "-m", "not thorough", *moments.SHORT_FILES]
    assert moments.run(moment, words).returncode == 0
