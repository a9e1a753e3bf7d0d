"""A worker is killed in the middle of a flow's call: in seconds it is made again, or the member hears of it."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from tests.conversations.support import web_service
from tests.conversations.support.web_service import Answer, WebService
from tests.support.emulator import Person, wait_for
from tests.support.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.databases]
SECONDS = 8.0  # from the death to the next attempt, or to the words for who waits
HOLDERS = (
    "SELECT pid FROM core_workerprocess JOIN conversations_errand ON lease_owner LIKE token || '%' "
    "WHERE status = 'running'"
)
FLOW = """
from conversations import services
from conversations.models import Flow, State, Transition
flow = Flow.objects.create(name="{name}", triggers="{name}")
call = {{"key": "call", "name": "提交", "kind": "call", "url": "{url}/leaves", "seconds": 60, "attempts": {attempts}}}
ends = {{"bye": "办好了。", "sorry": "没办成。", "late": "太慢了。"}}
rows = (call, *({{"key": key, "name": key, "kind": "end", "text": text}} for key, text in ends.items()))
steps = {{row["key"]: State.objects.create(flow=flow, position=n, **row) for n, row in enumerate(rows)}}
for n, (when, target) in enumerate((("next", "bye"), ("failed", "sorry"), ("timeout", "late"))):
    Transition.objects.create(state=steps["call"], when=when, target=steps[target], position=n)
services.publish(flow)
"""


class AsInProduction(Stack):
    """Leases, sweeps and pauses are as long as in production, and a worker has the parent that `up` gives it."""

    def commands(self) -> dict[str, list[str]]:
        every = super().commands()
        words = every["worker"]
        line = words[words.index("worker") + 1 :]
        return {**every, "worker": [sys.executable, "-m", "openuser.launcher.worker_process", *line]}

    def kill_worker(self) -> float:
        """Kill the worker that makes the call, as the out-of-memory killer would; when."""
        ((pid,),) = self.asks(HOLDERS)
        os.kill(pid, signal.SIGKILL)
        return time.monotonic()


@pytest.fixture(scope="module")
def stack() -> Iterator[AsInProduction]:
    stack = AsInProduction(settings.RUN_FOLDER, sweep_seconds=15)
    stack.env |= {"OPENUSER_LEASE_SCALE": "1", "OPENUSER_REWAKE_SECONDS": "30"}
    stack.env |= {"OPENUSER_FLOW_NETWORKS": "127.0.0.0/8"}
    try:
        stack.start()
        yield stack
    finally:
        stack.close()


@pytest.fixture
def service() -> Iterator[WebService]:
    with web_service.running() as server:
        server.script = [Answer(after=server.over)]
        yield server


def call(stack: Stack, service: WebService, person: Person, **flow: Any) -> None:
    """Begin a flow whose first step calls the service, which does not answer."""
    stack.manage("shell", "-c", FLOW.format(url=service.url, **flow))
    person.writes(flow["name"])
    wait_for(lambda: service.asked, "the call", seconds=60)
    assert "请稍等" in person.reads_text()


def test_a_call_goes_on_seconds_after_its_worker_was_killed(stack, service: WebService, person: Person):
    call(stack, service, person, name="再来一次", attempts=3)
    killed = stack.kill_worker()
    wait_for(lambda: len(service.asked) == 2, "the next attempt", seconds=90)
    assert time.monotonic() - killed < SECONDS
    assert person.reads_text() == "办好了。"
    first, second = (asked.headers["Idempotency-Key"] for asked in service.asked)
    assert first == second


def test_a_call_that_may_be_made_once_ends_with_its_worker(stack, service: WebService, person: Person):
    call(stack, service, person, name="只此一次", attempts=1)
    killed = stack.kill_worker()
    assert person.reads_text(seconds=90) == "太慢了。"
    assert time.monotonic() - killed < SECONDS
    assert len(service.asked) == 1
