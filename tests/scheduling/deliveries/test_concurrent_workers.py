"""Several beats, workers and persons take up one plain message at the same moment."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections, transaction

from scheduling import services
from scheduling.deliveries import batches
from scheduling.models import Batch, Campaign, CampaignRun
from tests.scheduling.support.plain_messages import clock, run_due, send_plain, sent
from wecom.models import Outbound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]
NINE = "2026-11-25T09:00"


def at_once(count: int, act: Callable[[], object]) -> None:
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


def send_all(at: str) -> None:
    """What a worker does that is woken for everything at a moment."""
    now = clock(at)
    services.run_due_campaigns(now=now)
    for run in CampaignRun.objects.all():
        services.start_run(run.pk, now=now)
    for batch in Batch.objects.all():
        services.send_batch(batch.pk, now=now)


def test_of_many_beats_and_workers_at_once_one_speaks(application):
    send_plain(user_ids=["zhangsan", "lisi"])
    at_once(6, lambda: send_all(NINE))
    run_due(NINE)
    assert CampaignRun.objects.count() == 1
    assert Outbound.objects.get().recipients == ["lisi", "zhangsan"]


def test_messages_for_the_same_people_do_not_deadlock(application):
    for number, ids in enumerate((["a", "b", "c"], ["c", "b", "a"], ["b", "a", "c"])):
        send_plain(user_ids=ids, text=str(number))
    at_once(4, lambda: send_all(NINE))
    run_due(NINE)
    assert sorted(row.content["content"] for row in Outbound.objects.all()) == ["0", "1", "2"]


def test_sent_by_hand_in_two_windows_it_is_said_once(application):
    campaign, now = send_plain(), clock("2026-11-25T11:00")
    at_once(4, lambda: services.run_campaign_now(Campaign.objects.get(pk=campaign.pk), now=now))
    run_due("2026-11-25T11:00")
    assert (CampaignRun.objects.filter(by_hand=True).count(), len(sent())) == (1, 1)


def test_what_is_written_at_a_stop_does_not_go_out(application):
    send_plain()
    services.run_due_campaigns(now=clock(NINE))
    services.start_run(CampaignRun.objects.get().pk, now=clock(NINE))
    batch = Batch.claim(Batch.objects.get().pk)
    assert batch is not None
    stop = threading.Thread(target=_stop, args=(application.corporation,))
    with transaction.atomic():
        batches.send(batch, now=clock(NINE))
        stop.start()
        stop.join(timeout=1)  # it waits for this transaction
    stop.join()
    run_due("2026-11-25T09:01")
    assert not Outbound.objects.exclude(status="cancelled").exists()


def _stop(corporation) -> None:
    try:
        services.stop_sending(corporation, why="写错了")
    finally:
        connections.close_all()


def test_the_same_call_in_several_processes_makes_one_campaign(application):
    at_once(5, lambda: services.schedule_wechat_message(user_id="zhangsan", message="早！", schedule="0 9 * * *"))
    assert Campaign.objects.count() == 1
