"""The supervisor with small programs that die, refuse and take their time."""

import io
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from openuser.launcher.console import Console
from openuser.launcher.reloader import SourceWatcher
from openuser.launcher.supervisor import NotStartingError, Program, RestartPolicy, Supervisor
from openuser.servers.server_processes import Processes
from tests.openuser.servers.test_servers import eventually, is_running

PATIENT = RestartPolicy(first=0.05, longest=0.2, healthy_after=60, deaths_before_ready=3)


class Stage:
    """A supervisor with a terminal that can be read."""

    def __init__(self, folder: Path, patience: RestartPolicy = PATIENT) -> None:
        self.folder = folder
        self.terminal = io.StringIO()
        self.log = folder / "logs" / "app.log"
        console = Console(self.log, terminal=self.terminal)
        self.supervisor = Supervisor(console, Processes(), policy=patience)

    def program(self, name: str, code: str, *, stage: int = 0, ready_file: str = "", grace: float = 5.0) -> Program:
        def is_ready() -> bool:
            return not ready_file or (self.folder / ready_file).exists()

        command = (sys.executable, "-u", "-c", code, str(self.folder))
        return Program(name=name, command=command, env=dict(os.environ), stage=stage, grace=grace, is_ready=is_ready)

    def until(self, text: str) -> bool:
        def look() -> bool:
            self.supervisor.check()
            return text in self.terminal.getvalue()

        return eventually(look)


@pytest.fixture
def stage(tmp_path):
    made = Stage(tmp_path)
    yield made
    made.supervisor.stop()


RECORDS_ITS_END = """
import signal, sys, time
from pathlib import Path
def end(*_):
    with Path(sys.argv[1], "ends").open("a") as file:
        file.write("NAME\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
Path(sys.argv[1], "NAME").touch()
time.sleep(600)
"""
READY_AFTER_A_MOMENT = """
import sys, time
from pathlib import Path
time.sleep(0.2)
Path(sys.argv[1], "ready").touch()
time.sleep(600)
"""


def test_lines_carry_the_name_of_who_said_them(stage):
    stage.supervisor.start(stage.program("web", "print('hello'); print('你好'); import time; time.sleep(600)"))
    assert stage.until("你好")
    assert "web      | hello" in stage.terminal.getvalue()
    assert "web      | 你好" in stage.log.read_text(encoding="utf-8")


def test_noise_that_is_true_of_every_laptop_is_left_out(stage):
    stage.supervisor.start(
        stage.program("valkey", "print('WARNING Memory overcommit must be enabled!'); print('end', flush=True)")
    )
    assert stage.until("| end")
    assert "overcommit" not in stage.terminal.getvalue()


def test_it_is_ready_when_every_program_answers(stage):
    stage.supervisor.start(stage.program("web", READY_AFTER_A_MOMENT, ready_file="ready"))
    assert stage.supervisor.wait_until_ready()
    assert (stage.folder / "ready").exists()


def test_a_dead_program_is_started_again_later_each_time(stage):
    stage.supervisor.start(stage.program("worker", "import sys; sys.exit(3)"))
    assert stage.until("worker ended with status 3; starting it again in 0.05 s")
    assert stage.until("in 0.1 s")
    assert stage.until("in 0.2 s")


def test_a_killed_program_is_back_at_once(stage):
    code = "import os, time; print('pid', os.getpid()); time.sleep(600)"
    stage.supervisor.start(stage.program("worker", code))
    assert stage.until("pid ")
    first = int(stage.terminal.getvalue().split("pid ")[1].split()[0])
    os.kill(first, signal.SIGKILL)
    assert stage.until("worker was ended by SIGKILL")
    assert eventually(lambda: stage.until("pid ") and stage.terminal.getvalue().count("pid ") == 2)


def test_a_program_that_had_lived_well_is_not_made_to_wait(tmp_path):
    stage = Stage(tmp_path, RestartPolicy(first=0.05, longest=10, healthy_after=0.0))
    stage.supervisor.start(stage.program("worker", "pass"))
    assert eventually(lambda: stage.until("0.05 s") and stage.terminal.getvalue().count("again in 0.05 s") >= 3)
    stage.supervisor.stop()


def test_a_program_that_never_starts_is_given_up_by_name(stage):
    stage.supervisor.start(stage.program("web", "import sys; sys.exit(1)", ready_file="never"))
    with pytest.raises(NotStartingError, match="web"):
        stage.supervisor.wait_until_ready()


def test_programs_end_stage_by_stage(stage):
    for number, name in enumerate(["beat", "worker", "web", "valkey"]):
        code = RECORDS_ITS_END.replace("NAME", name)
        stage.supervisor.start(stage.program(name, code, stage=number, ready_file=name))
    assert stage.supervisor.wait_until_ready()
    stage.supervisor.stop()
    assert (stage.folder / "ends").read_text().split() == ["beat", "worker", "web", "valkey"]


def test_a_changed_file_restarts_what_it_concerns(stage):
    for name in ("web", "emulator"):
        code = f"import os, time; print('{name}', 'pid', os.getpid()); time.sleep(600)"
        stage.supervisor.start(stage.program(name, code))
        assert stage.until(f"{name} pid")
    stage.supervisor.restart(["web"], why="wecom/views.py changed")
    assert eventually(lambda: stage.until("web pid") and stage.terminal.getvalue().count("web pid") == 2)
    assert stage.terminal.getvalue().count("emulator pid") == 1


def test_sources_notice_what_was_written_added_and_removed(tmp_path):
    (tmp_path / "wecom").mkdir()
    (tmp_path / "wecom" / "views.py").write_text("1")
    (tmp_path / "wecom" / "notes.txt").write_text("1")
    sources = SourceWatcher(tmp_path)
    assert sources.changed() == []
    os.utime(tmp_path / "wecom" / "views.py", ns=(1, 1))
    (tmp_path / "wecom" / "new.py").write_text("1")
    (tmp_path / "wecom" / "notes.txt").write_text("2")
    assert sources.changed() == ["wecom/new.py", "wecom/views.py"]
    (tmp_path / "wecom" / "new.py").unlink()
    assert sources.changed() == ["wecom/new.py"]


def test_a_closed_terminal_does_not_stop_the_log(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    console = Console(tmp_path / "app.log", terminal=os.fdopen(writing, "w"))
    console.say("web", "first")
    console.say("web", "second")
    assert "second" in (tmp_path / "app.log").read_text()


SUPERVISOR = """
import os, sys, time
from pathlib import Path
from openuser.launcher.console import Console
from openuser.servers.server_processes import Processes
from openuser.launcher.supervisor import Program, Supervisor
folder = Path(sys.argv[1])
supervisor = Supervisor(Console(folder / "app.log"), Processes())
supervisor.catch_signals()
code = "import os, subprocess, sys, time; print('pid', os.getpid()); " \
    "p = subprocess.Popen(['sleep', '600']); print('pid', p.pid); time.sleep(600)"
supervisor.start(*(
    Program(name=f"child{n}", command=(sys.executable, "-u", "-c", code), env=dict(os.environ), stage=n) for n in (1, 2)
))
supervisor.wait_until_ready()
supervisor.run()
supervisor.stop()
"""


def start_supervisor(folder: Path) -> "tuple[subprocess.Popen[str], list[int]]":
    command = [sys.executable, "-u", "-c", SUPERVISOR, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    pids = [int(process.stdout.readline().split("pid")[1]) for _ in range(4)]
    return process, pids


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything(tmp_path, number):
    process, pids = start_supervisor(tmp_path)
    process.send_signal(number)
    assert process.wait(timeout=60) == 0
    assert not any(is_running(pid) for pid in pids)


@pytest.mark.chaos
def test_kill_nine_of_the_supervisor_leaves_no_process(tmp_path):
    process, pids = start_supervisor(tmp_path)
    assert all(is_running(pid) for pid in pids)
    process.kill()
    process.wait()
    assert eventually(lambda: not any(is_running(pid) for pid in pids))


def test_each_program_is_asked_to_end_in_its_own_way(stage):
    for name, number in (("web", signal.SIGTERM), ("postgres", signal.SIGINT)):
        code = RECORDS_ITS_END.replace("NAME", name).replace("signal.SIGTERM", f"signal.{signal.Signals(number).name}")
        program = stage.program(name, code, stage=1, ready_file=name)
        stage.supervisor.start(replace(program, end_signal=number, grace=60.0))
    assert stage.supervisor.wait_until_ready()
    stage.supervisor.stop()
    assert sorted((stage.folder / "ends").read_text().split()) == ["postgres", "web"]
