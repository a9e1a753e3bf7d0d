"""Working days and holidays in the admin: imported, edited, and missed on the home page."""

import re

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from openuser.admin.home.home_problems import problems_for
from scheduling.models import CalendarDay, CalendarImport
from tests.scheduling.day_lists.notices import NOTICES
from tests.scheduling.support.campaigns import launch
from tests.scheduling.support.plain_messages import clock

pytestmark = pytest.mark.django_db
IMPORT = "/admin/scheduling/calendarday/import/"


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def shown(client, application, text: str, **values: object) -> str:
    """The page that asks whether a list is right."""
    answer = client.post(IMPORT, {"corporation": application.corporation_id, "text": text, **values})
    assert (answer.status_code, CalendarDay.objects.exists()) == (200, False)
    return str(answer.content.decode())


def confirm(client, application, text: str, **values: object) -> int:
    values = {"corporation": application.corporation_id, "text": text, "confirmed": "1", **values}
    return int(client.post(IMPORT, values).status_code)


def test_a_pasted_notice_is_shown_as_months_and_then_taken_over(client, application):
    page = shown(client, application, NOTICES[2026])
    assert "国务院办公厅关于2026年部分节假日安排的通知" in page
    assert page.count('class="ou-day-month"') == 7
    assert re.search(r'class="ou-day-off" title="2026-02-17: day off 春节" data-date="2026-02-17"', page)
    assert re.search(r'class="ou-day-made-up" title="2026-02-28: working day 春节"', page)
    assert confirm(client, application, NOTICES[2026]) == 302
    assert CalendarDay.objects.filter(source="list").count() == 39
    row = CalendarImport.objects.get()
    assert (row.way, row.by.username) == ("admin", "boss")


def test_a_contradiction_is_shown_and_needs_a_second_look(client, application):
    wrong = NOTICES[2026].replace("2月14日（周六）", "2月14日（周五）")
    assert "2026-02-14 is a Saturday, but the notice says 周五" in shown(client, application, wrong)
    shown(client, application, wrong, confirmed="1")
    assert confirm(client, application, wrong, anyway="1") == 302
    assert CalendarDay.objects.get(date="2026-02-14").works


def test_the_last_import_is_undone_on_its_page(client, application):
    confirm(client, application, NOTICES[2026])
    row = CalendarImport.objects.get()
    assert f'name="import" value="{row.pk}"' in client.get(IMPORT).content.decode()
    for _time in range(2):
        assert client.post(f"{IMPORT}undo/", {"import": row.pk}).status_code == 302
    assert not CalendarDay.objects.exists()
    assert client.get(f"{IMPORT}undo/").status_code == 403


def test_a_file_from_chinese_windows_is_read(client, application):
    file = SimpleUploadedFile("days.csv", "日期,类型,名称\n2090-01-01,休,元旦\n".encode("gb18030"))
    answer = client.post(IMPORT, {"corporation": application.corporation_id, "file": file})
    assert 'title="2090-01-01: day off 元旦"' in answer.content.decode()


def test_a_wrong_line_is_named_and_nothing_is_imported(client, application):
    assert "Line 2" in shown(client, application, "2090-01-01 休\nabc", confirmed="1")


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


def test_the_home_page_tells_of_a_year_that_campaigns_lack(application):
    launch(days="working", repeats="cron", cron="0 9 * * *")
    CalendarDay.objects.create(corporation=application.corporation, date="2089-01-01", source="list")
    found = {month: problems_for(lambda _right: True, now=clock(f"2089-{month}-15T00:00")) for month in ("10", "11")}
    assert found["10"] == []
    (problem,) = found["11"]
    assert "2090" in problem.words
    assert problem.url == reverse("admin:scheduling_calendarday_changelist")
