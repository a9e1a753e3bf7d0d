"""Each task is in one lane, on purpose."""

from collections import Counter
from itertools import pairwise

import pytest
from celery import current_app
from django.conf import settings

from core.work import broker, sweeper
from openuser.launcher import programs
from openuser.settings import broker as written

NOT_OURS = "celery."


def ours() -> set[str]:
    """Every task that a worker of ours knows, but for Celery's own."""
    current_app.loader.import_default_modules()
    return {name for name in current_app.tasks if not name.startswith(NOT_OURS) and not name.startswith("tests.")}


def test_every_task_is_named_in_one_queue_and_no_other_is():
    named = Counter(task for tasks in settings.TASK_QUEUES.values() for task in tasks)
    assert set(named) == ours()
    assert set(named.values()) == {1}
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(named)
    assert {kind.task for kind in sweeper.work_models()} <= set(named)


def test_tasks_go_to_the_queue_that_names_them():
    for queue, tasks in settings.TASK_QUEUES.items():
        assert {broker.queue_of(task) for task in tasks} == {queue}


@pytest.mark.parametrize(
    "task",
    [
        *("conversations.embed", "conversations.embed_missing", "conversations.read_document"),
        *("conversations.move_sessions", "openuser.back_up", "openuser.sweep_bulk", "openuser.tidy"),
        *(
            "scheduling.begin",
            "scheduling.run_due",
            "scheduling.send_batch",
            "scheduling.start_run",
            "scheduling.sweep",
            "scheduling.tidy",
        ),
        *("wecom.deliver_bulk_due", "wecom.sync_directory", "wecom.sync_due_directories"),
    ],
)
def test_what_computes_for_long_does_not_run_where_members_are_answered(task):
    assert broker.lane_of(broker.queue_of(task)) == broker.BULK


@pytest.mark.parametrize(
    "task", ["wecom.handle", "wecom.deliver", "openuser.sweep", "openuser.watch", "conversations.errand"]
)
def test_callbacks_replies_sweeper_and_incidents_never_wait_behind_bulk(task):
    assert broker.queue_of(task) == broker.DEFAULT


def test_a_task_of_an_app_of_yours_is_not_taken_for_bulk():
    assert broker.queue_of("your_app.task") == settings.CELERY_TASK_DEFAULT_QUEUE


def test_bulk_messages_have_a_queue_that_bulk_workers_take_from():
    assert written.BULK_MESSAGES in broker.queues_of([broker.BULK])
    assert broker.queue_of("wecom.deliver", bulk=True) == written.BULK_MESSAGES


def test_every_lane_has_a_worker_of_up():
    plan = programs.Plan(host="127.0.0.1", port=1, emulator_port=2, with_emulator=False, with_broker=False)
    line = programs.workers(plan).command
    lanes = [lane for option, lane in pairwise(line) if option == "-Q"]
    assert sorted(lanes) == sorted({part.lane for part in sweeper.parts()})
