"""A thousand people in conversation at once: python -m tests.benchmarks.talk.crowd [--members 1000] [--turns 3]

Each member talks to a flow of that many questions, through the whole stack: callback, web process, worker, database,
`message/send` to the emulator, whose ledger is watched. On SQLite and on PostgreSQL, twice:

- *at will*: each writes as soon as the next question is there, so that all wait for the machine at all times. Printed
  are turns per second.
- *with thought*: all are in conversation and answer at half of that rate together. Printed is the time from the
  callback to the answer in the member's chat: p50, p95 and the longest.

Everything, the emulator and this program too, shares the processors of one machine; one process of four threads works.
"""

import argparse
import contextlib
import heapq
import http.client
import itertools
import os
import queue
import sqlite3
import statistics
import sys
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from unittest.mock import patch

from openuser.servers import postgres
from tests.support.emulator import AES_KEY, KEYS
from tests.support.stack import Stack
from wecom import crypto

CONNECTIONS = 8
POLL = 0.01  # seconds between two looks at the ledger
LONGEST = 180  # seconds without any answer: something hangs
KEYRING = crypto.Keys.parse(token=KEYS["TOKEN"], encoding_aes_key=AES_KEY, receive_id=KEYS["CORP_ID"])
FLOW = """
from conversations import services
from conversations.models import Flow, State
from wecom.models import Application
company = Application.objects.get(is_default=True).corporation
company.accounts = {members}
company.save()
flow = Flow.objects.create(name="问卷", triggers="开始问卷")
for number in range(1, {turns} + 1):
    State.objects.create(flow=flow, position=number, key=f"q{{number}}", name=f"问题{{number}}",
                         text=f"第 {{number}} 个问题：你怎么看？", slot=f"a{{number}}", slot_type="text")
State.objects.create(flow=flow, position=99, key="end", name="结束", kind="end", text="谢谢！")
services.publish(flow)
"""
# As in production. The tests are in a hurry: each second they would wake all that waits, in vain.
HURRIED = ("OPENUSER_SWEEP_SECONDS", "OPENUSER_REWAKE_SECONDS", "OPENUSER_LEASE_SCALE", "WECHAT_DEBUG")
ROOMY = {"WECHAT_MEMBER_MESSAGES_PER_MINUTE": "1000", "WECHAT_DIRECTORY_SYNC_HOURS": "0", "LOG_LEVEL": "WARNING"}
LIMITS = ("calls_per_minute", "calls_per_hour", "address_per_minute", "address_per_hour")
ARRIVED = (
    "SELECT entry.id, member.userid FROM emulator_entry entry "
    "JOIN emulator_member member ON member.id = entry.member_id WHERE entry.received AND entry.id > ? ORDER BY entry.id"
)


@dataclass(kw_only=True)
class Crowd:
    """Members who talk; `turns` is how often each writes, `rate` how many write in a second, 0 for at will.

    `words` are the first that each writes.
    """

    stack: Stack
    names: list[str]
    turns: int
    rate: float = 0.0
    words: str = "开始问卷"
    took: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def talk(self) -> "Crowd":
        """Let all talk to the end."""
        self.due: queue.Queue[str | None] = queue.Queue()
        self.asked: dict[str, float] = {}
        self.left = dict.fromkeys(self.names, self.turns)
        posters = [threading.Thread(target=self._post, daemon=True) for _ in range(CONNECTIONS)]
        for one in posters:
            one.start()
        began = time.monotonic()
        with contextlib.closing(self._arrivals()) as arrivals:
            self._watch(arrivals)
        self.seconds = time.monotonic() - began
        for _ in posters:
            self.due.put(None)
        for one in posters:
            one.join()
        return self

    def _watch(self, arrivals: Iterator[list[str]]) -> None:
        """Everybody writes once, and again after each answer; with a rate, when it is their turn."""
        later: list[tuple[float, str]] = []
        start, last = time.monotonic(), time.monotonic()
        for number, name in enumerate(self.names):
            heapq.heappush(later, (start + number / self.rate if self.rate else start, name))
        pause = len(self.names) / self.rate if self.rate else 0.0
        waiting = len(self.names) * self.turns
        while waiting:
            now = time.monotonic()
            while later and later[0][0] <= now:
                self.due.put(heapq.heappop(later)[1])
            for name in next(arrivals):
                if name not in self.asked:
                    continue
                asked = self.asked.pop(name)
                self.took.append(time.monotonic() - asked)
                waiting, last = waiting - 1, now
                self.left[name] -= 1
                if self.left[name]:
                    heapq.heappush(later, (max(now, asked + pause), name))
            if now - last > LONGEST:
                raise TimeoutError(f"{waiting} answers are missing")

    def _arrivals(self) -> Generator[list[str], None, None]:
        """Members whose chats got a message since the last look."""
        with contextlib.closing(
            sqlite3.connect(f"file:{self.stack.folder / 'emulator.sqlite3'}?mode=ro", uri=True, timeout=30)
        ) as ledger:
            seen = ledger.execute("SELECT COALESCE(MAX(id), 0) FROM emulator_entry").fetchone()[0]
            while True:
                rows = ledger.execute(ARRIVED, [seen]).fetchall()
                seen = rows[-1][0] if rows else seen
                yield [name for _id, name in rows]
                if not rows:
                    time.sleep(POLL)

    def _post(self) -> None:
        wire = http.client.HTTPConnection("127.0.0.1", self.stack.port, timeout=60)
        while (name := self.due.get()) is not None:
            query, body = request(name, self.words if self.left[name] == self.turns else "我觉得不错")
            self.asked[name] = time.monotonic()
            try:
                status = _posted(wire, query, body)
            except (http.client.HTTPException, OSError):  # the server has closed an idle connection
                wire.close()
                status = _posted(wire, query, body)
            if status != http.client.OK:
                raise AssertionError(f"the callback was answered {status}")
        wire.close()


def _posted(wire: http.client.HTTPConnection, query: str, body: bytes) -> int:
    wire.request("POST", f"/api/v1/integrations/wechat/webhook?{query}", body, {"Content-Type": "text/xml"})
    answer = wire.getresponse()
    answer.read()
    return answer.status


_numbers = itertools.count(1)


def request(name: str, text: str) -> tuple[str, bytes]:
    """The query and body of a member's message."""
    at, corp = str(int(time.time())), KEYS["CORP_ID"]
    xml = (
        f"<xml><ToUserName>{corp}</ToUserName><FromUserName>{name}</FromUserName><CreateTime>{at}</CreateTime>"
        f"<MsgType>text</MsgType><Content>{text}</Content><MsgId>{time.time_ns()}{next(_numbers)}</MsgId>"
        f"<AgentID>{KEYS['AGENT_ID']}</AgentID></xml>"
    )
    sealed = crypto.seal(KEYRING, xml.encode())
    signature = crypto.sign(KEYRING.token, at, "1372623149", sealed)
    body = f"<xml><ToUserName>{corp}</ToUserName><Encrypt>{sealed}</Encrypt><AgentID>{KEYS['AGENT_ID']}</AgentID></xml>"
    return f"msg_signature={signature}&timestamp={at}&nonce=1372623149", body.encode()


def measure(label: str, members: int, turns: int) -> None:
    """One stack, both ways of talking; two lines."""
    stack = Stack()
    stack.env = {name: value for name, value in stack.env.items() if name not in HURRIED} | ROOMY
    try:
        stack.start()
        stack.emulator.add_crowd("crowd", 2 * members)
        stack.emulator.api("POST", "limits", json=dict.fromkeys(LIMITS, 10**9))
        stack.manage("shell", "-c", FLOW.format(members=2 * members, turns=turns))
        names = [f"crowd{number}" for number in range(1, 2 * members + 1)]
        will = Crowd(stack=stack, names=names[:members], turns=turns + 1).talk()
        rate = len(will.took) / will.seconds
        print(f"{label:10} at will      {members} members  {rate:6.1f} turns/s  {spread(will.took)}", flush=True)
        calm = Crowd(stack=stack, names=names[members:], turns=turns + 1, rate=rate / 2).talk()
        rate = len(calm.took) / calm.seconds
        print(f"{label:10} with thought {members} members  {rate:6.1f} turns/s  {spread(calm.took)}", flush=True)
    finally:
        stack.close()


def spread(took: list[float]) -> str:
    """The middle, the 95th of a hundred, and the longest, in seconds."""
    p95 = statistics.quantiles(took, n=20)[-1]
    return f"callback to answer p50 {statistics.median(took):.2f} s, p95 {p95:.2f} s, longest {max(took):.2f} s"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=1000)
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    print(f"{os.cpu_count()} processors", flush=True)
    measure("SQLite", options.members, options.turns)
    with postgres.running() as url, patch.dict("os.environ", {"TEST_DATABASE_URL": url}):
        measure("PostgreSQL", options.members, options.turns)
    return 0


if __name__ == "__main__":
    sys.exit(main())
