"""Steps at night and on days off are told before a series is started, in the dialog and to programs."""

from datetime import time

import pytest

from scheduling.models import Series
from scheduling.series.odd_steps import odd_steps
from tests.scheduling.support.campaign_pages import page, person_of, seen
from tests.scheduling.support.campaigns import approve
from tests.scheduling.support.series import make_series
from tests.support.factories import make_api

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("at", "is_night"),
    [(time(7, 59), True), (time(8), False), (time(20, 59), False), (time(21), True), (time(0), True), (None, False)],
)
def test_before_eight_and_from_nine_in_the_evening_it_is_night(at, is_night):
    series = make_series((0, time(9)), (0, at))
    assert [step.at for step in odd_steps(series).at_night] == [at] * is_night


@pytest.mark.parametrize(("rule", "told"), [(Series.DaysOff.SEND, True), (Series.DaysOff.WAIT, False)])
def test_days_off_are_told_unless_the_steps_wait(rule, told):
    assert odd_steps(make_series(days_off=rule)).on_days_off is told


def test_a_series_of_steps_without_a_time_has_no_day_to_choose():
    assert not odd_steps(make_series((0, None), anchor="api")).on_days_off


def test_the_dialog_of_a_start_names_the_steps_at_night(application):
    series = approve(make_series((0, time(9)), (2, time(22, 30)), days_off="wait"))
    html = seen(person_of("operator"), page(series, "start_this"))
    assert "At night: day 2 at 22:30." in html
    assert "weekends" not in html


def test_programs_read_it_in_the_forecast(application):
    series = approve(make_series((0, time(9)), (2, time(5, 2))))
    told = make_api("campaigns:send").post(f"/api/v1/series/{series.pk}/start/", {"dry_run": True}).json()
    assert (told["at_night"], told["on_days_off"]) == ([series.steps.get(day=2).pk], True)
