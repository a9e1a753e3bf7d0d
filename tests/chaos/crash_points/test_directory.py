"""A worker dies during a directory sync; another continues from the checkpoint and finds every member."""

import json

import pytest

from tests.chaos.crash_points.test_crash_points import die
from tests.support.emulator import wait_for
from tests.support.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.chaos]

BEGIN = "from wecom import services; print('SYNC', services.sync_directory().pk)"
LOOK = """
import json
from wecom.models import DirectorySync, Member
row = DirectorySync.objects.get(pk={pk})
print('STATE', json.dumps([row.status, row.attempts, row.members_read, Member.objects.filter(user_id__in={people},
      memberships__isnull=False, application_members__in_range=True).distinct().count()]))
"""


def say(stack: Stack, code: str, mark: str) -> str:
    lines = stack.manage("shell", "-c", code).splitlines()
    return next(line.removeprefix(f"{mark} ") for line in lines if line.startswith(mark))


@pytest.mark.parametrize("point", ["directory.members", "directory.looked_up"])
def test_a_directory_is_complete_though_its_reader_died(stack, point):
    people = [stack.emulator.hire().user_id for _ in range(3)]
    if point == "directory.looked_up":  # a member that only OpenUser knows
        say(stack, "from wecom.services import add_member; print('MADE', add_member('nobody-there').pk)", "MADE")
    stack.doom("worker", point)
    pk = say(stack, BEGIN, "SYNC")
    die(stack, "worker")

    over = f"SELECT 1 FROM wecom_directorysync WHERE id = {pk} AND status NOT IN ('queued', 'running')"
    wait_for(lambda: stack.asks(over), "the sync to end", seconds=120)
    status, attempts, read, found = json.loads(say(stack, LOOK.format(pk=pk, people=people), "STATE"))
    assert (status, found) == ("done", 3)
    assert attempts > 1
    assert read >= 7  # the three, and those whom the emulator begins with
