"""Several beats and workers run one schedule at the same moment."""

import threading

import pytest
from django.db import connections, transaction

from avatars.models import Render
from conversations import services as conversations
from scheduling import services
from scheduling.models import Campaign, Run, Schedule
from tests.scheduling.support.schedules import clock, make_schedule, sent
from wecom.models import Outbound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def at_once(count: int, act) -> None:
    start = threading.Barrier(count)
    errors: list[BaseException] = []

    def run() -> None:
        start.wait()
        try:
            act()
        except Exception as error:  # noqa: BLE001  told to the test, which fails
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_of_many_beats_at_once_one_speaks(application):
    schedule = make_schedule(user_ids=["zhangsan", "lisi"])
    at_once(6, lambda: services.run_due(schedule.pk, now=clock("2026-11-25T09:00")))
    assert Run.objects.count() == 1
    assert (len(sent("zhangsan")), len(sent("lisi"))) == (1, 1)


def test_schedules_for_the_same_people_do_not_deadlock(application):
    for ids in (["a", "b", "c"], ["c", "b", "a"], ["b", "a", "c"]):
        make_schedule(user_ids=ids, message_type="video", text="早上好！")
    at_once(4, lambda: services.run_all_due(now=clock("2026-11-25T09:00")))
    assert Run.objects.filter(outcome="sent").count() == 3


def test_pressing_run_now_in_two_windows_says_it_once(application):
    schedule = make_schedule()
    now = clock("2026-11-25T11:00")
    at_once(4, lambda: services.run_now(schedule, now=now))
    assert len(sent()) == 1


def test_what_is_written_at_the_moment_of_a_stop_is_held(application):
    schedule = make_schedule()
    stop = threading.Thread(target=_stop, args=(application.corporation,))
    with transaction.atomic():
        services.run_due(schedule.pk, now=clock("2026-11-25T09:00"))
        stop.start()
        stop.join(timeout=1)  # it waits for this transaction
    stop.join()
    assert [one.reason for one in Outbound.objects.all()] == ["stopped"]


def test_a_video_ready_at_the_moment_of_a_stop_is_held(application):
    services.run_due(make_schedule(message_type="video").pk, now=clock("2026-11-25T09:00"))
    Render.objects.update(status="failed", reason="engine")
    stop = threading.Thread(target=_stop, args=(application.corporation,))
    with transaction.atomic():
        assert conversations.release(Render.objects.get()) == 1
        stop.start()
        stop.join(timeout=1)  # it waits for this transaction
    stop.join()
    assert [one.reason for one in Outbound.objects.all()] == ["stopped"]


def _stop(corporation) -> None:
    try:
        services.stop_sending(corporation, why="写错了")
    finally:
        connections.close_all()


def test_the_same_call_in_several_processes_makes_one_campaign(application):
    at_once(5, lambda: services.schedule_wechat_message(user_id="zhangsan", message="早！", schedule="0 9 * * *"))
    assert Campaign.objects.count() == 1


def test_what_was_paused_in_the_meantime_does_not_speak(application):
    schedule = make_schedule()
    stale = Schedule.objects.get()
    services.pause(schedule)
    assert services.run_due(stale.pk, now=clock("2031-11-25T09:00")) == []
