"""The emulator over HTTP, an application of its company, and a server in the developer's place."""

import itertools
import json
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
from playwright.sync_api import Page

NUMBERS = itertools.count(1)


Open = Callable[..., Page]


@dataclass(frozen=True, kw_only=True)
class Emulator:
    """The running emulator over HTTP."""

    url: str

    def control(self, method: str, path: str, /, *, expect: int = 200, **data: Any) -> dict[str, Any]:
        """A call of the control API; query parameters for GET, else a JSON body."""
        kind = {"params": data} if method == "GET" else {"data": json.dumps(data).encode()}
        answer = requests.request(method, f"{self.url}/emulator/api/{path}", timeout=90, **kind)
        assert answer.status_code == expect, answer.text
        return dict(answer.json())

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """A GET of the platform's API."""
        answer = requests.get(f"{self.url}/cgi-bin/{path}", params=query, timeout=30)
        assert answer.status_code == 200
        return dict(answer.json())


@dataclass(frozen=True, kw_only=True)
class Application:
    """One application of the emulated company, as a developer holds it."""

    emulator: Emulator
    corp_id: str
    agent_id: int
    secret: str
    token: str
    aes_key: str

    def access_token(self) -> str:
        answer = self.emulator.get("gettoken", corpid=self.corp_id, corpsecret=self.secret)
        assert answer["errcode"] == 0, answer
        return str(answer["access_token"])

    def send(self, body: dict[str, Any] | bytes, token: str = "") -> dict[str, Any]:
        """POST message/send; `agentid` is added to an object."""
        if isinstance(body, dict):
            body = json.dumps({"agentid": self.agent_id, **body}, ensure_ascii=False).encode()
        query = {"access_token": token or self.access_token()}
        answer = requests.post(f"{self.emulator.url}/cgi-bin/message/send", params=query, data=body, timeout=30)
        return dict(answer.json())

    def post(self, path: str, body: dict[str, Any], **query: Any) -> dict[str, Any]:
        """POST of an object to another path of the API."""
        url, token = f"{self.emulator.url}/cgi-bin/{path}", self.access_token()
        answer = requests.post(url, params={"access_token": token, **query}, json=body, timeout=30)
        return dict(answer.json())

    def say(self, touser: str, content: str = "hello", **more: Any) -> dict[str, Any]:
        return self.send({"touser": touser, "msgtype": "text", "text": {"content": content}, **more})

    def upload(self, kind: str, data: bytes, filename: str = "file.bin", part: str = "media") -> dict[str, Any]:
        answer = requests.post(
            f"{self.emulator.url}/cgi-bin/media/upload",
            params={"access_token": self.access_token(), "type": kind},
            files={part: (filename, data)},
            timeout=30,
        )
        return dict(answer.json())

    def control(self, method: str, path: str, /, **data: Any) -> dict[str, Any]:
        return self.emulator.control(method, path, agentid=self.agent_id, **data)

    def received(self, member: str = "", **query: Any) -> list[dict[str, Any]]:
        return list(self.control("GET", "ledger", **({"member": member} if member else {}), **query)["entries"])


def make_company(emulator: Emulator) -> Application:
    """The application of a new company: its limits and tickets are those of no other test."""
    number = next(NUMBERS)  # the control API finds an application by its agent ID alone
    corp, agent_id = f"wwnew{number:013}", 7_000_000 + number
    row = emulator.control(
        "POST", "apps", corpid=corp, agentid=agent_id, name="小公司", secret="small-secret-0123456789"
    )
    return Application(
        emulator=emulator,
        corp_id=corp,
        agent_id=agent_id,
        secret=row["secret"],
        token=row["token"],
        aes_key=row["aes_key"],
    )


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One request that the listening server got."""

    path: str
    body: bytes
    at: float


@dataclass(kw_only=True)
class Listener:
    """A server in the place of the developer's application."""

    url: str = ""
    answers: "queue.Queue[Callable[[], tuple[int, bytes]]]" = field(default_factory=queue.Queue)
    arrivals: "queue.Queue[Arrival]" = field(default_factory=queue.Queue)
    on_get: Callable[[str], tuple[int, bytes]] = lambda path: (200, b"")

    def will_answer(self, status: int = 200, body: bytes = b"", after: float = 0.0) -> None:
        """Queue the answer to one POST; without any it is an empty 200."""

        def answer() -> tuple[int, bytes]:
            threading.Event().wait(after)
            return status, body

        self.answers.put(answer)

    @staticmethod
    def pause(seconds: float) -> None:
        """Let the caller wait, as a slow application does."""
        threading.Event().wait(seconds)

    def next(self) -> Arrival:
        return self.arrivals.get(timeout=60)
