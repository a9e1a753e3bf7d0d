"""Output of child processes, and the file it is written to."""

import io

import pytest

from openuser.launcher.console import Console


@pytest.fixture
def logs(tmp_path):
    return tmp_path / "logs" / "app.log", tmp_path / "logs" / "wechat_integration.log"


@pytest.fixture
def console(logs):
    return Console(logs[0], wechat_file=logs[1], terminal=io.StringIO())


def lines(path) -> list[str]:
    """Without the time and the name of the child."""
    return [line.partition("| ")[2] for line in path.read_text().splitlines()]


def test_the_log_of_wechat_work_is_there_from_the_start(console, logs):
    assert logs[1].read_text() == ""


def test_what_concerns_wechat_work_stands_in_both_files(console, logs):
    ours = "12:00:00.000 INFO wecom.callbacks.inbox: A callback came in. cid=1 kind=text"
    others = [
        "12:00:00.000 INFO avatars.rendering: A video is ready. cid=1",
        "12:00:00.000 INFO wecom.emulator.callbacks.delivery: Delivered.",
        "12:00:00.000 INFO wecomical.jokes: None of ours.",
        "a library prints wecom.callbacks.inbox: something",
    ]
    for line in (others[0], ours, *others[1:]):
        console.say("worker", line)
    assert sorted(lines(logs[0])) == sorted([ours, *others])
    assert lines(logs[1]) == [ours]


def test_a_traceback_stays_with_its_line_though_another_child_speaks_meanwhile(console, logs):
    error = "12:00:00.000 ERROR wecom.callbacks.inbox: A handler failed. cid=1"
    console.say("worker", error)
    console.say("render", "12:00:00.000 INFO avatars.rendering: A video is ready. cid=1")
    console.say("worker", '  File "handlers.py", line 3, in fail')
    console.say("render", "a line without a head")
    console.say("worker", "builtins.ValueError")
    assert lines(logs[1]) == [error, '  File "handlers.py", line 3, in fail', "builtins.ValueError"]
