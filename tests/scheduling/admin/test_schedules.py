"""Schedules in the admin: created, previewed, listed, paused and deleted."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_celery_beat.models import PeriodicTask

from scheduling import services
from scheduling.models import Run, Schedule
from tests.scheduling.support.admin_pages import ADD, LIST, choose, clerk, errors, form, page_of, press, text_of
from tests.scheduling.support.schedules import clock, make_schedule
from tests.support.factories import make_application, make_digital_human, make_member
from wecom.models import Outbound

pytestmark = pytest.mark.django_db


def test_a_schedule_is_written_by_form_and_has_its_mirror(client, application):
    assert client.post(ADD, form()).status_code == 302
    schedule = Schedule.objects.get()
    assert (schedule.user_ids, schedule.words) == (["zhangsan", "lisi"], "every day at 09:00")
    assert schedule.next_tick_at is not None
    assert PeriodicTask.objects.get() == schedule.periodic_task
    assert "zhangsan\nlisi" in text_of(client.get(page_of(schedule)))
    client.post(page_of(schedule), form(cron="30 8 * * 1"))
    assert PeriodicTask.objects.get().crontab.hour == "8"


def test_everything_that_is_wrong_is_said_at_its_field(client):
    found = errors(client.post(ADD, form(user_ids="zhang@all@@ |", text=" ", cron="0 25 * * *", grace_minutes="0")))
    assert set(found) == {"text", "cron", "grace_minutes"}
    found = errors(client.post(ADD, form(user_ids="@team", cron="0 9 * *", time_zone="Asia/Peking")))
    assert set(found) == {"user_ids", "cron", "time_zone"}
    assert "“0 9 * * *” is every day" in found["cron"][0]
    found = errors(client.post(ADD, form(message_type="video", text="长" * 601)))
    assert "600" in found["text"][0]
    assert not Schedule.objects.exists()


def test_what_was_written_wrong_is_still_there_to_mend(client):
    page = text_of(client.post(ADD, form(user_ids="zhangsan, @all", cron="0 25 * * *")))
    assert "@all" in page
    assert "0 25 * * *" in page


def test_warnings_are_given_for_strangers_and_for_too_much(client, application):
    make_member(application, "zhangsan")
    page = text_of(client.post(ADD, form(cron="* * * * *"), follow=True))
    assert "1440 messages" in page
    assert "user ID lisi yet" in page
    Schedule.objects.all().delete()
    application.delete()
    assert "No application" in text_of(client.post(ADD, form(), follow=True))


def test_working_days_of_an_unpublished_year_are_warned_of(client, application):
    schedule = make_schedule(days="working")
    assert services.preview(schedule, now=clock("2026-03-01T00:00")).warnings == ()
    (warning,) = services.preview(schedule, now=clock("2090-12-01T00:00")).warnings
    assert "2091" in warning


def test_the_next_five_runs_are_shown_and_follow_what_one_types(client):
    page = text_of(client.get(ADD))
    assert 'data-testid="next-runs"' in page
    assert "Say when" in page
    asked = {"cron": "0 10 * * 1", "time_zone": "America/New_York", "days": "every"}
    shown = text_of(client.get("/admin/scheduling/schedule/preview/", asked))
    assert shown.count("<li>Monday") == 5
    assert "every Monday at 10:00" in shown
    assert "America/New_York" in shown
    wrong = text_of(client.get("/admin/scheduling/schedule/preview/", {**asked, "cron": "0 10 * * 9"}))
    assert "0 and 7 are Sunday" in wrong
    assert text_of(client.get("/admin/scheduling/schedule/preview/"))
    zone = text_of(client.get("/admin/scheduling/schedule/preview/", {**asked, "time_zone": "<script>"}))
    assert "<script>" not in zone
    assert "is no time zone" in zone


def test_the_preview_is_for_those_who_see_schedules():
    address = "/admin/scheduling/schedule/preview/"
    assert Client().get(address).status_code == 302
    assert clerk("view_run").get(address).status_code == 403


def test_the_list_says_when_who_and_what_became_of_it(client, application):
    daily = make_schedule(name="晨会", user_ids=["a", "b", "c", "d"])
    make_schedule(name="周报", cron="0 10 * * 1", time_zone="America/New_York", message_type="video")
    services.pause(make_schedule(name="午饭", cron="0 12 * * *"))
    services.run_due(daily.pk, now=clock("2026-11-25T12:00"))
    page = text_of(client.get(LIST))
    for words in ("every day at 09:00", "every Monday at 10:00", "America/New_York", "a, b and 2 more", "missed"):
        assert words in page
    assert page.count("ou-badge-warn") == 2
    found = text_of(client.get(LIST, {"q": "b"}))
    assert "晨会" in found
    assert "午饭" not in found
    assert "午饭" in text_of(client.get(LIST, {"paused__exact": "1"}))


@pytest.mark.parametrize("kind", ["schedule", "run"])
def test_a_list_asks_as_often_for_thirty_rows_as_for_three(client, application, kind):
    def more(count: int) -> None:
        for number in range(count):
            schedule = make_schedule(name=f"n{number}", application=application, digital_human=make_digital_human())
            services.run_due(schedule.pk, now=clock("2026-11-25T09:00"))

    address = f"/admin/scheduling/{kind}/"
    more(3)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    more(27)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) <= len(few)


def test_empty_lists_have_words(client):
    assert 'data-testid="empty"' in text_of(client.get(LIST))
    assert 'data-testid="empty"' in text_of(client.get("/admin/scheduling/run/"))


def test_pause_and_resume_from_the_list_and_from_the_page(client, application):
    schedule = make_schedule()
    page = text_of(client.get(page_of(schedule)))
    assert "pause_this" in page
    assert "resume_this" not in page
    assert press(client, schedule, "pause_this") == 200
    assert Schedule.objects.get().paused
    page = text_of(client.get(page_of(schedule)))
    assert "resume_this" in page
    assert "pause_this" not in page
    assert "It is paused" in page
    assert "1 schedule goes on." in text_of(choose(client, "resume", schedule))
    assert not Schedule.objects.get().paused


def test_who_only_looks_sees_the_page_and_no_buttons(application):
    schedule = make_schedule()
    viewer = clerk("view_schedule", "view_run")
    page = text_of(viewer.get(page_of(schedule)))
    assert "every day at 09:00" in page
    assert "pause_this" not in page
    assert press(viewer, schedule, "pause_this") == 403
    assert viewer.post(page_of(schedule), form()).status_code == 403


def test_a_deleted_schedule_keeps_its_messages_only(client, application):
    first, second = make_schedule(), make_schedule(name="午饭")
    for schedule in (first, second):
        services.run_due(schedule.pk, now=clock("2026-11-25T09:00"))
    question = text_of(client.get(page_of(first, "delete")))
    assert "Are you sure" in question
    assert client.post(page_of(first, "delete"), {"post": "yes"}).status_code == 302
    choose(client, "delete_selected", second)
    client.post(LIST, {"action": "delete_selected", "_selected_action": [second.pk], "post": "yes"})
    assert not Schedule.objects.exists()
    assert not Run.objects.exists()
    assert not PeriodicTask.objects.exists()
    assert Outbound.objects.count() == 2


def test_another_application_can_be_chosen(client, application):
    other = make_application(name="Second")
    assert client.post(ADD, form(application=other.pk)).status_code == 302
    assert Schedule.objects.get().application == other
