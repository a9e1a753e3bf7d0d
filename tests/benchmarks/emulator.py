"""The emulator's throughput: python -m tests.benchmarks.emulator [seconds]

Two client processes, four connections each, call it as fast as it answers, and then at 200 calls/s each. Prints the
calls per second, the emulator's CPU time per call (user and system, which hardly depends on what else runs), and how
long a call took.
"""

import http.client
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import requests

from openuser.servers.server_processes import Processes
from tests.support.emulator import KEYS, Emulator, answers, free_port, wait_for
from tests.support.paths import ROOT

SECONDS = 10
CLIENTS, CONNECTIONS = 2, 4
RATE = 200.0  # calls/s of one client
PEOPLE = 100
PLENTY = {
    "EMULATOR_QUOTA_PER_MINUTE": "1000000",
    "EMULATOR_QUOTA_PER_HOUR": "1000000",
    "EMULATOR_QUOTA_PER_ACCOUNT": "0",
}
LIMITS = ("calls_per_minute", "calls_per_hour", "address_per_minute", "address_per_hour")
KINDS = ("message/send", "user/get", "gettoken")


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where calls of one kind go."""

    port: int
    kind: str
    token: str

    def request(self, number: int) -> tuple[str, str, bytes | None]:
        """Method, address and body of the n-th call."""
        who = f"crowd{number % PEOPLE}"
        if self.kind == "gettoken":
            return "GET", f"/cgi-bin/gettoken?corpid={KEYS['CORP_ID']}&corpsecret={KEYS['SECRET']}", None
        if self.kind == "user/get":
            return "GET", f"/cgi-bin/user/get?access_token={self.token}&userid={who}", None
        body = {
            "touser": who,
            "msgtype": "text",
            "agentid": int(KEYS["AGENT_ID"]),
            "text": {"content": f"你好 {number}"},
        }
        checked = {**body, "enable_duplicate_check": 1, "duplicate_check_interval": 14400}
        return "POST", f"/cgi-bin/message/send?access_token={self.token}", json.dumps(checked).encode()


def client(
    target: Target, offset: int, rate: float, seconds: float, results: "multiprocessing.Queue[list[float]]"
) -> None:
    """One process: its connections share the rate (0 is none). Puts the seconds that each call took."""
    took: list[float] = []
    start = time.monotonic()

    def connection(index: int) -> None:
        wire = http.client.HTTPConnection("127.0.0.1", target.port, timeout=30)
        number = 0
        while (now := time.monotonic()) < start + seconds:
            due = start + (number * CONNECTIONS + index) / rate if rate else now
            if due > now:
                time.sleep(due - now)
            asked = time.monotonic()
            method, url, body = target.request(offset + number * CONNECTIONS + index)
            wire.request(method, url, body)
            answer = wire.getresponse().read()
            took.append(time.monotonic() - asked)
            assert b'"errcode": 0' in answer, answer
            number += 1

    threads = [threading.Thread(target=connection, args=(index,)) for index in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put(took)


def cpu_seconds(process: int) -> float:
    """CPU time that a process has used so far, as Linux tells."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(target: Target, emulator: int, offset: int, rate: float, seconds: float) -> str:
    """Both clients for so long; one line of figures."""
    results: multiprocessing.Queue[list[float]] = multiprocessing.Queue()
    before, start = cpu_seconds(emulator), time.monotonic()
    crowd = [
        multiprocessing.Process(target=client, args=(target, offset + index * 10**6, rate, seconds, results))
        for index in range(CLIENTS)
    ]
    for one in crowd:
        one.start()
    took = sorted(second for _ in crowd for second in results.get(timeout=seconds + 60))
    for one in crowd:
        one.join()
    elapsed, cpu = time.monotonic() - start, cpu_seconds(emulator) - before
    middle, late = took[len(took) // 2] * 1000, took[len(took) * 99 // 100] * 1000
    asked = f"{CLIENTS} × {rate:.0f}/s" if rate else "at will"
    return (
        f"{target.kind:14}{asked:12}{len(took) / elapsed:7.0f} calls/s  {cpu / len(took) * 1e6:6.0f} µs of CPU each  "
        f"p50 {middle:5.1f} ms  p99 {late:6.1f} ms  {cpu / elapsed:4.0%} of a core"
    )


def main(seconds: float) -> None:
    """Start an emulator of one's own, measure, end it."""
    folder, owner = Path(tempfile.mkdtemp(prefix="ou-bench-", dir="/tmp")), Processes()
    emulator = Emulator(free_port())
    env = {**os.environ, **PLENTY, **Emulator.environment(folder, "http://127.0.0.1:9/nobody")}
    try:
        process = owner.start(emulator.command(), env=env, cwd=ROOT).pid
        wait_for(lambda: answers(f"{emulator.url}/emulator/api/calls"), "the emulator")
        for number in range(PEOPLE):
            emulator.api("POST", "members", json={"userid": f"crowd{number}", "name": f"Crowd {number}"})
        # It answers more calls a minute than the platform takes.
        emulator.api("POST", "limits", json=dict.fromkeys(LIMITS, 10**9))
        keys = {"corpid": KEYS["CORP_ID"], "corpsecret": KEYS["SECRET"]}
        token = requests.get(f"{emulator.url}/cgi-bin/gettoken", params=keys, timeout=10).json()["access_token"]
        for kind in KINDS:
            target = Target(port=emulator.port, kind=kind, token=token)
            for offset, rate in ((10**7, 0.0), (2 * 10**7, RATE)):
                print(measure(target, process, offset, rate, seconds), flush=True)
    finally:
        owner.end_all()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(float(sys.argv[1]) if sys.argv[1:] else SECONDS)
