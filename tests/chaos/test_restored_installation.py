"""The drill: an installation at work is backed up, goes on, is destroyed, and comes back from the backup.

A conversation is open, a campaign half sent, a video not made yet; another one is made and sent after the backup. The
emulator's ledger says what members got in both lives together.
"""

import secrets
import shutil
from pathlib import Path

import pytest

from tests.chaos.campaign import COUNT, LAUNCH, answer, arrived, has_reached
from tests.journeys.test_flows import reads_card
from tests.support.emulator import Emulator, Person, wait_for
from tests.support.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.thorough, pytest.mark.databases]
MEMBERS = 40
OURS = ("web", "worker", "beat")  # the emulator is the far side
HELD = "SELECT 1 FROM wecom_guard WHERE held_since IS NOT NULL"
RENDERING = "SELECT 1 FROM avatars_render WHERE status IN ('queued', 'running')"
GOING = "SELECT 1 FROM scheduling_campaignrun WHERE ended_at IS NULL"
ACCESS = {"OPENUSER_BACKUP_S3_ACCESS_KEY": "key", "OPENUSER_BACKUP_S3_SECRET_KEY": "secret"}


@pytest.fixture(params=["folder", "bucket"])
def backups(request, tmp_path: Path) -> dict[str, str]:
    """The environment in which backups are made and restored."""
    words = {"OPENUSER_BACKUP_PASSPHRASE": "correct horse battery"}
    if request.param == "folder":
        return {**words, "OPENUSER_BACKUP_TO": str(tmp_path)}
    request.getfixturevalue("s3_client")
    endpoint = {"OPENUSER_BACKUP_S3_ENDPOINT": request.getfixturevalue("s3_endpoint")}
    return {**words, **ACCESS, **endpoint, "OPENUSER_BACKUP_TO": "s3://videos/drill", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture
def crowd(stack: Stack, emulator: Emulator) -> str:
    prefix = f"c{secrets.token_hex(4)}x"
    emulator.add_crowd(prefix, MEMBERS)
    return prefix


def videos(member: Person) -> int:
    return [one["msgtype"] for one in member.received()].count("video")


def destroy(stack: Stack) -> None:
    """Database, files and keys are gone; what was noted of sent messages lies on another disk."""
    for name in OURS:
        stack.kill(name)
    if not stack.server:
        for path in stack.folder.glob("openuser.sqlite3*"):
            path.unlink()
    shutil.rmtree(stack.folder / "media")
    (stack.folder / "secrets.env").unlink(missing_ok=True)


@pytest.mark.parametrize("made_in_between", [False, True])
def test_sessions_go_on_and_nothing_doubles_after_a_restore(
    stack, emulator, person, crowd, backups, made_in_between: bool
):
    words = f"，明天放假 {secrets.token_hex(4)}"
    person.writes("制作视频")
    assert "视频里要说的话" in person.reads_text()
    stack.kill("render")
    viewer = emulator.hire()
    # A sentence of its own: the video of another case would be sent again at once.
    viewer.writes(f"/video 备份时还没做第{secrets.randbelow(10**6)}个")
    wait_for(lambda: stack.asks(RENDERING), "the video to wait")
    audience = {"members": [f"{crowd}{number}" for number in range(1, MEMBERS + 1)]}
    script = LAUNCH.format(prefix=crowd, members=MEMBERS, text="{{name}}" + words, audience=audience)
    campaign = int(answer(stack, script))
    wait_for(lambda: has_reached(stack, crowd, words, MEMBERS * 0.4), "four of ten to have it")
    with stack.paused("worker"):
        before, _ = arrived(stack, crowd, words)
        stack.manage("backup", **backups)
    wait_for(lambda: not stack.asks(GOING), "the campaign to end")
    person.writes("备份以后说的")
    reads_card(person)
    assert before < MEMBERS
    if made_in_between:
        stack.run("render")
        wait_for(lambda: videos(viewer) == 1, "the video")
        stack.kill("render")

    destroy(stack)
    stack.manage("restore", "--force", **backups)
    for name in (*OURS, "render"):
        stack.run(name)
    wait_for(lambda: stack.asks(HELD), "senders to wait for a person")
    assert arrived(stack, crowd, words) == (MEMBERS, MEMBERS)
    stack.manage("release_restore_hold")

    person.writes("备份以后说的")
    reads_card(person)
    wait_for(lambda: not stack.asks(RENDERING), "the video to be made")
    wait_for(lambda: not stack.asks(GOING), "the campaign to end again")
    assert eval(answer(stack, COUNT.format(campaign=campaign))) == {"sent": MEMBERS}
    assert arrived(stack, crowd, words) == (MEMBERS, MEMBERS)
    wait_for(lambda: not stack.has_work(), "all work to end")
    assert videos(viewer) == 1
