"""Runs under a moved clock: once per due time, never late, and every due time recorded."""

from datetime import timedelta

import pytest

from avatars.models import Render
from conversations.models import Message
from scheduling import services
from scheduling.models import Run
from scheduling.services.runs import due_moment
from tests.scheduling.support.schedules import clock, make_schedule, outcomes, sent
from tests.support.factories import make_application, make_desk, make_digital_human

pytestmark = pytest.mark.django_db


def test_it_speaks_at_nine_and_not_before(application):
    schedule = make_schedule(now="2026-11-25T08:00")
    assert services.run_due(schedule.pk, now=clock("2026-11-25T08:59")) == []
    (run,) = services.run_due(schedule.pk, now=clock("2026-11-25T09:01"))
    assert (run.due_at, run.outcome) == (clock("2026-11-25T09:00"), "sent")
    assert sent() == ["早上好！"]
    message = Message.objects.get()
    assert list(run.messages.all()) == [message]
    assert message.cid == run.cid != ""


def test_while_sending_is_stopped_a_moment_is_skipped_and_says_so(application):
    schedule = make_schedule()
    services.stop_sending(application.corporation, why="写错了")
    (run,) = services.run_due(schedule.pk, now=clock("2026-11-25T09:01"))
    assert (run.outcome, run.reason, sent()) == ("skipped", "stopped", [])
    assert "stopped for the whole company" in run.why
    by_hand = services.run_now(schedule, now=clock("2026-11-25T10:00"))
    assert (by_hand.reason, by_hand.by_hand, sent()) == ("stopped", True, [])
    services.allow_sending(application.corporation)
    services.run_due(schedule.pk, now=clock("2026-11-26T09:01"))
    assert outcomes(schedule) == [
        ("11-25 09:00", "skipped"),
        ("11-25 10:00", "skipped"),
        ("11-26 09:00", "sent"),
    ]


@pytest.mark.databases
def test_any_number_of_beats_says_it_once(application):
    schedule = make_schedule()
    for second in (0, 0, 1, 30, 59):
        services.run_due(schedule.pk, now=clock(f"2026-11-25T09:00:{second:02}"))
    assert outcomes(schedule) == [("11-25 09:00", "sent")]
    assert len(sent()) == 1


def test_a_schedule_made_now_never_speaks_for_the_past(application):
    schedule = make_schedule(now="2026-11-25T09:00:30")
    assert services.run_due(schedule.pk, now=clock("2026-11-25T09:01")) == []
    assert services.run_all_due(now=clock("2026-11-25T09:05")) == []
    assert schedule.runs.count() == 0


def test_within_the_grace_it_is_still_said_and_later_it_is_missed(application):
    early, late = make_schedule(), make_schedule(user_ids=["lisi"])
    services.run_due(early.pk, now=clock("2026-11-25T09:10"))
    services.run_due(late.pk, now=clock("2026-11-25T09:10:01"))
    assert outcomes(early) == [("11-25 09:00", "sent")]
    assert outcomes(late) == [("11-25 09:00", "missed")]
    assert sent("lisi") == []
    assert "Too late" in late.runs.get().why


def test_an_outage_until_the_afternoon_drops_the_morning_greeting(application):
    schedule, report = (
        make_schedule(),
        make_schedule(user_ids=["lisi"], cron="0 14 * * *", grace_minutes=120, now="2026-11-25T08:00"),
    )
    services.run_all_due(now=clock("2026-11-25T15:00"))
    assert outcomes(schedule) == [("11-25 09:00", "missed")]
    assert outcomes(report) == [("11-25 14:00", "sent")]
    assert (sent("zhangsan"), sent("lisi")) == ([], ["早上好！"])


@pytest.mark.databases
def test_an_outage_of_hours_leaves_one_row_that_counts_the_others(application):
    schedule = make_schedule(cron="*/5 * * * *", now="2026-11-25T08:00")
    runs = services.run_due(schedule.pk, now=clock("2026-11-25T12:01"))
    assert outcomes(schedule) == [("11-25 11:55", "missed"), ("11-25 12:00", "sent")]
    assert [run.others_missed for run in runs if run.outcome == "missed"] == [46]
    assert "46" in Run.objects.get(outcome="missed").why
    assert len(sent()) == 1
    assert services.run_due(schedule.pk, now=clock("2026-11-25T12:02")) == []


@pytest.mark.databases
def test_of_two_moments_within_the_grace_only_the_later_is_said(application):
    schedule = make_schedule(cron="*/5 * * * *", now="2026-11-25T08:51")
    services.run_due(schedule.pk, now=clock("2026-11-25T09:01"))
    assert outcomes(schedule) == [("11-25 08:55", "missed"), ("11-25 09:00", "sent")]


def test_on_a_day_off_nothing_is_said_and_the_run_says_why(application):
    schedule = make_schedule(days="working", now="2026-09-30T12:00")
    services.run_due(schedule.pk, now=clock("2026-10-01T09:00"))
    services.run_due(schedule.pk, now=clock("2026-10-01T09:00:15"))
    services.run_due(schedule.pk, now=clock("2026-10-10T09:00"))
    assert outcomes(schedule) == [("10-01 09:00", "skipped"), ("10-09 09:00", "missed"), ("10-10 09:00", "sent")]
    assert "not a working day" in schedule.runs.get(outcome="skipped").why
    assert len(sent()) == 1


def test_a_missed_working_day_before_a_holiday_is_recorded(application):
    schedule = make_schedule(days="working", now="2026-09-30T08:00")
    services.run_due(schedule.pk, now=clock("2026-10-02T12:00"))
    assert outcomes(schedule) == [("09-30 09:00", "missed"), ("10-02 09:00", "skipped")]


def test_each_member_gets_the_message(application):
    schedule = make_schedule(user_ids=["Lisi", "zhangsan", "lisi", " wangwu "])
    assert schedule.user_ids == ["lisi", "zhangsan", "wangwu"]
    (run,) = services.run_due(schedule.pk, now=clock("2026-11-25T09:00"))
    assert run.messages.count() == 3
    assert {name for name in schedule.user_ids if sent(name) == ["早上好！"]} == {"lisi", "zhangsan", "wangwu"}


def test_a_video_is_of_the_desk_unless_another_is_named(application):
    for human in (None, make_digital_human()):
        schedule = make_schedule(message_type="video", digital_human=human, mode="lipsync", text=f"你好{human}")
        services.run_due(schedule.pk, now=clock("2026-11-25T09:00"))
        message = schedule.runs.get().messages.get()
        assert message.render.digital_human == (human or application.desk.digital_human)
        assert (message.render.mode, message.state) == ("lipsync", "waiting")


@pytest.mark.databases
def test_equal_videos_for_many_are_one_render(application):
    schedule = make_schedule(message_type="video", user_ids=[f"member{number}" for number in range(20)])
    services.run_due(schedule.pk, now=clock("2026-11-25T09:00"))
    assert Render.objects.count() == 1
    assert schedule.runs.get().messages.count() == 20


def test_a_schedule_may_be_of_another_application(application):
    other = make_application()
    make_desk(other)
    services.run_due(make_schedule(application=other).pk, now=clock("2026-11-25T09:00"))
    assert Message.objects.get().application == other


def test_without_an_application_the_run_says_what_to_do():
    schedule = make_schedule()
    (run,) = services.run_due(schedule.pk, now=clock("2026-11-25T09:00"))
    assert (run.outcome, run.reason, run.cid) == ("failed", "not_configured", "")
    assert "WECHAT_" in run.why
    assert run.messages.count() == 0


def test_what_fails_for_one_is_said_to_nobody():
    application = make_application(is_default=True)
    schedule = make_schedule(message_type="video", user_ids=["lisi", "zhangsan"])
    (run,) = services.run_due(schedule.pk, now=clock("2026-11-25T09:00"))
    assert (run.outcome, run.reason) == ("failed", "no_desk")
    assert not Message.objects.filter(application=application).exists()


def test_a_paused_schedule_is_silent_and_does_not_make_up_for_it(application):
    schedule = make_schedule()
    assert services.pause(schedule)
    assert not services.pause(schedule)
    assert services.run_all_due(now=clock("2031-11-25T09:00")) == []
    assert services.run_due(schedule.pk, now=clock("2031-11-25T09:00")) == []
    assert services.resume(schedule, now=clock("2031-11-25T09:05"))
    assert not services.resume(schedule)
    assert services.run_due(schedule.pk, now=clock("2031-11-25T09:06")) == []
    services.run_due(schedule.pk, now=clock("2031-11-26T09:00"))
    assert outcomes(schedule) == [("11-26 09:00", "sent")]


def test_a_changed_time_is_not_caught_up_with(application):
    moved, reworded = make_schedule(), make_schedule(user_ids=["lisi"])
    moved.cron, reworded.text = "30 8 * * *", "早！"
    for schedule in (moved, reworded):
        services.save_schedule(schedule, now=clock("2026-11-25T09:01"))
    services.run_all_due(now=clock("2026-11-25T09:02"))
    assert outcomes(moved) == []
    assert sent("lisi") == ["早！"]


def test_running_now_says_it_at_once_even_while_it_is_paused(application):
    schedule = make_schedule()
    services.pause(schedule)
    now = clock("2026-11-25T11:11:11")
    run = services.run_now(schedule, now=now)
    assert (run.outcome, run.by_hand, run.due_at) == ("sent", True, now)
    assert services.run_now(schedule, now=now + timedelta(milliseconds=400)).pk == run.pk
    assert services.run_now(schedule, now=now + timedelta(seconds=5)).pk != run.pk
    assert len(sent()) == 2


@pytest.mark.databases
def test_due_is_the_moment_that_waits(application):
    schedule = make_schedule(now="2026-11-25T08:00")
    assert due_moment(schedule, clock("2026-11-25T08:59")) is None
    assert due_moment(schedule, clock("2026-11-25T12:00")) == clock("2026-11-25T09:00")
    services.run_due(schedule.pk, now=clock("2026-11-25T09:00"))
    schedule.refresh_from_db()
    assert due_moment(schedule, clock("2026-11-25T12:00")) is None


@pytest.mark.databases
def test_the_sweeper_wakes_only_what_is_due(application):
    make_schedule(now="2026-11-25T08:00")
    services.pause(make_schedule(now="2026-11-25T08:00"))
    assert services.sweep(now=clock("2026-11-25T08:59")) == 0
    assert services.sweep(now=clock("2026-11-25T09:00")) == 1
    services.run_all_due(now=clock("2026-11-25T09:00"))
    assert services.sweep(now=clock("2026-11-25T09:01")) == 0


@pytest.mark.databases
def test_old_runs_are_forgotten_and_not_recorded_anew(application):
    schedule = make_schedule(cron="0 9 29 2 *", now="2024-02-28T12:00")
    services.run_due(schedule.pk, now=clock("2024-02-29T09:00"))
    make_schedule(user_ids=["lisi"])
    services.run_all_due(now=clock("2026-11-25T09:00"))
    assert services.forget_old_runs(now=clock("2026-11-25T09:00")) == 1
    assert services.run_due(schedule.pk, now=clock("2026-11-25T09:00")) == []
    assert Run.objects.count() == 1
