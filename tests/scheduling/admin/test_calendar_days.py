"""Working days and holidays in the admin: imported, edited, and missed on the home page."""

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from openuser.admin.problems import problems_for
from scheduling.models import CalendarDay
from tests.scheduling.support.schedules import clock, make_schedule

pytestmark = pytest.mark.django_db
IMPORT = "/admin/scheduling/calendarday/import/"


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def test_a_pasted_list_is_imported_for_a_company(client, application):
    values = {"corporation": application.corporation_id, "text": "2090-01-01..2090-01-03 休 元旦\n2090-01-07 班"}
    assert client.post(IMPORT, values).status_code == 302
    assert CalendarDay.objects.filter(source="list").count() == 4


def test_a_file_from_chinese_windows_is_imported(client, application):
    file = SimpleUploadedFile("days.csv", "日期,类型,名称\n2090-01-01,休,元旦\n".encode("gb18030"))
    assert client.post(IMPORT, {"corporation": application.corporation_id, "file": file}).status_code == 302
    assert CalendarDay.objects.get().name == "元旦"


def test_a_wrong_line_is_named_and_nothing_is_imported(client, application):
    values = {"corporation": application.corporation_id, "text": "2090-01-01 休\nabc"}
    assert "Line 2" in client.post(IMPORT, values).content.decode()
    assert not CalendarDay.objects.exists()


def test_an_edited_day_is_one_that_was_entered(client, application):
    day = CalendarDay.objects.create(corporation=application.corporation, date="2090-01-01", source="package")
    values = {"corporation": application.corporation_id, "date": "2090-01-01", "works": "on", "name": "加班"}
    assert client.post(reverse("admin:scheduling_calendarday_change", args=[day.pk]), values).status_code == 302
    day.refresh_from_db()
    assert (day.works, day.source) == (True, "entered")


def test_the_import_is_for_those_who_may_edit_days(application):
    viewer = Client()
    viewer.force_login(User.objects.create_user("viewer", is_staff=True))
    assert viewer.get(IMPORT).status_code == 403


def test_the_home_page_tells_of_a_year_that_schedules_lack(application):
    make_schedule(days="working")
    CalendarDay.objects.create(corporation=application.corporation, date="2089-01-01", source="list")
    found = {month: problems_for(lambda _right: True, now=clock(f"2089-{month}-15T00:00")) for month in ("10", "11")}
    assert found["10"] == []
    (problem,) = found["11"]
    assert "2090" in problem.words
    assert problem.url == reverse("admin:scheduling_calendarday_changelist")
