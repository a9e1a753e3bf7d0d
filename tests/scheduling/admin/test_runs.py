"""Runs in the admin: sent now, and their results read."""

import pytest
from django.urls import reverse

from core import text_search
from scheduling import services
from scheduling.models import Run
from tests.scheduling.support.admin_pages import LIST, choose, clerk, page_of, press, text_of
from tests.scheduling.support.schedules import clock, make_schedule, outcomes, sent
from tests.support.factories import make_member
from wecom.models import Outbound

pytestmark = pytest.mark.django_db


def test_run_now_asks_first_and_then_sends(client, application):
    schedule = make_schedule()
    assert "Send it now?" in text_of(client.get(page_of(schedule, "run_now_this")))
    assert sent() == []
    assert press(client, schedule, "run_now_this") == 200
    assert sent() == ["早上好！"]
    assert Run.objects.get().by_hand


def test_run_now_of_several_says_to_whom_before_it_sends(client, application):
    make_member(application, "zhangsan", name="张三")
    make_member(application, "gone", name="李四", status="left")
    first, second = (
        make_schedule(name="晨会", user_ids=["zhangsan"]),
        make_schedule(name="周报", user_ids=["zhangsan", "gone"]),
    )
    chosen = {"action": "run_now", "_selected_action": [first.pk, second.pk]}
    asked = text_of(client.post(LIST, chosen))
    assert asked.count("1 member gets it.") == 2
    for words in ("晨会", "周报", "张三", "left the company: gone"):
        assert words in asked
    assert sent() == []
    assert "2 schedules were sent." in text_of(choose(client, "run_now", first, second))
    assert Run.objects.count() == 2


def test_run_now_that_fails_says_why(client):
    page = text_of(choose(client, "run_now", make_schedule(name="晨会")))
    assert "晨会: No WeChat Work application is connected." in page


def test_to_change_a_schedule_is_not_to_send_it(application):
    schedule = make_schedule()
    editor = clerk("view_schedule", "add_schedule", "change_schedule", "publish_schedule")
    assert "run_now_this" not in text_of(editor.get(page_of(schedule)))
    assert press(editor, schedule, "run_now_this") == 403
    choose(editor, "run_now", schedule)
    assert sent() == []
    assert press(editor, schedule, "pause_this") == 200


def test_a_run_shows_who_got_it_and_who_did_not(client, application):
    schedule = make_schedule(user_ids=["anna", "bert", "cleo"])
    (run,) = services.run_due(schedule.pk, now=clock("2026-11-25T09:00"))
    Outbound.objects.filter(recipients=["anna"]).update(status="done")
    Outbound.objects.filter(recipients=["bert"]).update(status="failed", reason="recipient")
    page = text_of(client.get(page_of(run)))
    deliveries = page[page.index('data-testid="deliveries"') :]
    for words in ("anna", "bert", "cleo", "delivered", "not delivered", "queued", run.cid):
        assert words in page
    assert deliveries.index("anna") < deliveries.index("bert")


@pytest.mark.databases
@pytest.mark.parametrize("most", [5000, 0])
def test_runs_are_filtered_by_what_their_schedules_send(client, monkeypatch, most):
    monkeypatch.setattr(text_search, "MOST_ROWS", most)
    for name, kind in (("晨会", "text"), ("早报", "video")):
        schedule = make_schedule(name=name, message_type=kind)
        Run.objects.create(schedule=schedule, due_at=clock("2026-11-25T09:00"), outcome="sent")
    for chosen, found in (("video", ["早报"]), ("text", ["晨会"]), ("x\0", [])):
        page = client.get(reverse("admin:scheduling_run_changelist"), {"schedule__message_type__exact": chosen})
        assert [run.schedule.name for run in page.context["cl"].result_list] == found


def test_only_a_run_that_said_something_has_a_timeline(client, application):
    schedule = make_schedule()
    (said,) = services.run_due(schedule.pk, now=clock("2026-11-25T09:00"))
    services.run_due(schedule.pk, now=clock("2026-11-26T12:00"))
    page = text_of(client.get("/admin/scheduling/run/"))
    assert page.count("/admin/timeline/") == 1
    assert "早上好！" in text_of(client.get(reverse("timeline", args=[said.cid])))


def test_a_run_that_sent_nothing_says_why(client, application):
    schedule = make_schedule()
    services.run_due(schedule.pk, now=clock("2026-11-25T12:00"))
    run = schedule.runs.get()
    page = text_of(client.get(page_of(run)))
    assert "Too late to send" in page
    assert "Nothing was sent." in page
    assert "Too late to send" in text_of(client.get(page_of(schedule)))
    assert client.get("/admin/scheduling/run/add/").status_code == 403


def test_the_page_of_a_schedule_shows_its_latest_runs(client, application):
    schedule = make_schedule(cron="0 * * * *", now="2026-11-24T00:30")
    for hour in range(1, 12):
        services.run_due(schedule.pk, now=clock(f"2026-11-24T{hour:02}:00"))
    page = text_of(client.get(page_of(schedule)))
    assert "All runs" in page
    assert page.count("/admin/scheduling/run/") >= 8
    all_runs = client.get(f"/admin/scheduling/run/?schedule__id__exact={schedule.pk}")
    assert all_runs.context["cl"].result_count == 11
    assert len(outcomes(schedule)) == 11
