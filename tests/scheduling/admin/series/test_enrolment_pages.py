"""The members of series: who is in one, what they have had, what is next; added and stopped by hand."""

from datetime import date

import pytest

from scheduling import services
from scheduling.models import Enrolment
from tests.scheduling.support.campaign_pages import page, press, seen
from tests.scheduling.support.plain_messages import clock
from tests.scheduling.support.series import launch, sweep
from tests.support import factories
from wecom.services import set_facts

pytestmark = pytest.mark.django_db
LIST = "/admin/scheduling/enrolment/"


@pytest.fixture
def member(application):
    return factories.make_member(application, "wangfang", name="王芳", status="active")


def row_of(series) -> Enrolment:
    services.enrol(series, "wangfang", on=date(2099, 12, 4), now=clock("2099-12-03T12:00"))
    sweep("2099-12-04T09:00:05")
    return Enrolment.objects.get()


def test_the_list_says_what_is_next(member, hr):
    row_of(launch(0, 3, now="2026-12-01T12:00"))
    html = seen(hr, LIST)
    for words in ("王芳", "入职", "2099-12-04", "Day 3 · Mon 2099-12-07 09:00"):
        assert words in html


def test_the_page_shows_what_a_member_has_had_and_what_is_ahead(member, hr):
    row = row_of(launch(0, 3, now="2026-12-01T12:00"))
    html = seen(hr, page(row))
    for words in ("Day 0 · 09:00", "Fri 2099-12-04 09:00", "planned", "Day 3 · 09:00", "ahead"):
        assert words in html


def test_the_page_and_the_list_have_the_clock_of_the_member(member, hr):
    set_facts(member, {"time_zone": "America/New_York"})
    row = row_of(launch(0, 3, now="2026-12-01T12:00", in_member_zone=True))
    assert "Mon 2099-12-07 09:00 America/New_York" in seen(hr, page(row))
    assert "Day 0 · Fri 2099-12-04 09:00 America/New_York" in seen(hr, LIST)  # where it is still Thursday


def test_a_member_is_added_on_the_page_of_the_series(member, hr):
    series = launch(0, 3, now="2026-12-01T12:00")
    address = f"/admin/scheduling/series/{series.pk}/members/add/"
    for data, words in (
        ({"user_id": "WangFang", "on": "2099-12-04"}, "王芳 is in it now."),
        ({"user_id": "wangfang", "on": "2099-12-05"}, "was in it already"),
        ({"user_id": "nobody"}, "There is no member"),
    ):
        assert words in hr.post(address, data, follow=True).content.decode()
    row = Enrolment.objects.get()
    assert (row.source, row.anchor_on) == ("hand", date(2099, 12, 4))


def test_a_member_is_stopped_with_a_note(member, hr, approver):
    row = row_of(launch(0, 3, now="2026-12-01T12:00"))
    assert press(approver, row, "stop", note="x").status_code == 403
    press(hr, row, "stop", note="调岗了")
    row.refresh_from_db()
    assert (row.status, row.note, row.ended_by.username) == ("stopped", "调岗了", "hr")
    html = seen(hr, page(row))
    assert "was stopped by hand" in html
    assert page(row, "stop_this") not in html
