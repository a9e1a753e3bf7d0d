"""A worker dies in the middle of a batch of messages; after a restart every member has exactly one."""

import secrets

import pytest

from tests.chaos.campaign import arrived
from tests.chaos.crash_points.test_crash_points import die
from tests.support.emulator import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.chaos]
MEMBERS = 12
QUEUE = """
from django.db import transaction
from wecom import services
with transaction.atomic():
    for number in range(1, {members} + 1):
        services.send_text({prefix!r} + str(number), content={words!r})
"""


@pytest.mark.parametrize(
    "point",
    [
        "outbound.answered",  # only a batch comes here: others of it wait for their answers, or are still to be called
        pytest.param("outbound.attempting", marks=pytest.mark.thorough),
        pytest.param("outbound.called", marks=pytest.mark.thorough),
    ],
)
def test_a_worker_that_dies_amid_a_batch_doubles_and_loses_nothing(stack, emulator, point):
    prefix, words = f"b{secrets.token_hex(4)}x", f"batch {secrets.token_hex(4)}"
    emulator.add_crowd(prefix, MEMBERS)
    stack.doom("worker", point)
    stack.manage("shell", "-c", QUEUE.format(members=MEMBERS, prefix=prefix, words=words))
    die(stack, "worker")
    wait_for(lambda: arrived(stack, prefix, words)[1] == MEMBERS, "every member to have it", seconds=120)
    wait_for(lambda: not stack.has_work(), "all work to end")
    assert arrived(stack, prefix, words) == (MEMBERS, MEMBERS)
