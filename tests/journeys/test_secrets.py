"""Canary keys and words cross a whole conversation and appear only where they belong; one ID finds all of it.

The stack logs all that can be logged. Its own `close` looks for the keys once more, after everything else.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
import redis
import requests

from tests.support.emulator import KEYS, wait_for
from tests.support.stack import Stack

pytestmark = pytest.mark.slow
WORDS = "金丝雀在矿井里唱歌。"
NAME = "canaryname卡娜丽"
SLOW = 150
TOKEN = "from wecom import services; print(services.access_token())"
TITLES = """
from conversations.models import Message
from openuser.admin import timeline
messages = list(Message.objects.filter(cid={cid!r}))
print(*[step.title for step in timeline._steps({cid!r}, messages, True)], sep="|")
"""


def shell(stack: Stack, line: str) -> str:
    """What a line of Python prints inside the installation."""
    return stack.manage("shell", "--verbosity", "0", "-c", line).strip()


def database(stack: Stack) -> bytes:
    """Everything that stands in the database, as it stands there."""
    url = stack.env["TEST_DATABASE_URL"]
    if not url:
        return b"".join(path.read_bytes() for path in stack.folder.glob("openuser.sqlite3*"))
    cells = []
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            with cursor.copy(f"COPY {table} TO STDOUT") as copy:
                cells += [bytes(part) for part in copy]
    return b"".join(cells)


@contextmanager
def overheard(stack: Stack) -> Iterator[list[str]]:
    """Every command that the broker gets meanwhile, and what it holds in the end."""
    client = redis.Redis(unix_socket_path=str(stack.folder / "valkey" / "valkey.sock"), decode_responses=False)
    said: list[str] = []
    over = threading.Event()

    def listen() -> None:
        with client.monitor() as monitor:
            while not over.is_set():
                said.append(str(monitor.next_command()["command"]))

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    wait_for(lambda: client.ping() and said, "the broker to be overheard")
    try:
        yield said
    finally:
        over.set()
        client.ping()  # the last thing that is overheard
        listener.join(timeout=60)
        for key in client.keys("*"):
            said.append(f"{key!r} {client.dump(key)!r}")
        client.close()


def test_keys_and_words_turn_up_only_where_they_belong(stack, person):
    stack.emulator.api("PATCH", f"members/{person.user_id}", json={"name": NAME})
    program = stack.manage("api_client", f"canary-{stack.port}", "--scopes", "messages:write,messages:read").split()[-1]
    access = shell(stack, TOKEN)
    with overheard(stack) as broker:
        person.writes(WORDS)
        person.reads()
        person.writes(f"/video {WORDS}")
        person.reads(2, seconds=SLOW)
        for fault in ("server-error", "reset-after", "html", "token-expired", "rate-limited"):
            stack.emulator.fault(fault)
            person.writes(f"{WORDS}{fault}")
            person.reads()
        headers = {"Authorization": f"Bearer {program}"}
        wish = {"to": person.user_id, "kind": "text", "text": WORDS}
        answer = requests.post(f"{stack.url}/api/v1/messages/", json=wish, headers=headers, timeout=30)
        assert answer.status_code == 202, answer.text
        person.reads()
        wrong = {"msg_signature": "0" * 40, "timestamp": "1", "nonce": "n"}
        webhook = f"{stack.url}/api/v1/integrations/wechat/webhook"
        assert requests.post(webhook, params=wrong, data=WORDS.encode(), timeout=60).status_code == 403
        stack.manage("doctor", "--json")
    secrets = [KEYS["SECRET"], KEYS["TOKEN"], KEYS["AES_KEY"], access, shell(stack, TOKEN), program]
    assert all(len(secret) >= 10 for secret in secrets)
    logs, rows, told = stack.logs(), database(stack), "\n".join(broker)
    assert "A message reached its end." in logs
    assert "wecom.deliver" in told
    escaped = (WORDS, json.dumps(WORDS)[1:-1], repr(WORDS.encode())[2:-1])
    for canary in (*secrets, *escaped, NAME):
        assert canary not in logs
        assert canary not in told
    for secret in secrets:
        assert secret.encode() not in rows, "a key stands in the database as it is"
    assert WORDS.encode() in rows, "messages are stored readably"


def test_one_id_finds_the_callback_the_step_the_video_and_the_delivery(stack, person):
    person.writes("我想做视频")
    person.reads()
    person.writes("同一个编号。")
    (card,) = person.reads()
    assert card["msgtype"] == "template_card"
    person.presses("lipsync")
    wait_for(lambda: person.received()[-1]["msgtype"] == "video", "the video", seconds=SLOW)
    ready = [line for line in stack.log("render").splitlines() if "A video is ready." in line]
    cid = str(re.search(r"cid=(\w+)", ready[-1])[1])
    parts = {
        "web": ("A callback came in.",),
        "worker": ("A session took a step.", "A message reached its end."),
        "render": ("A video is ready.",),
    }
    for name, sentences in parts.items():
        said = [line for line in stack.log(name).splitlines() if f"cid={cid}" in line]
        assert [words for words in sentences if not any(words in line for line in said)] == [], said
    assert re.search(rf"A message was released\..* cid={cid}", stack.logs())
    titles = shell(stack, TITLES.format(cid=cid)).split("|")
    assert len(titles) >= 5, titles
