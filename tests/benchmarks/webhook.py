"""CPU time of one callback from the request to the empty 200: python -m tests.benchmarks.webhook [TREE …]

Prints milliseconds of CPU (user and system, all threads of the process) per callback: the middle of ten rounds of 200
text messages of 40 members, in process, by the ASGI and the WSGI application, on SQLite and on PostgreSQL, with a
broker. Each TREE, such as a `git worktree` of an older commit, is measured before this one.
"""

import asyncio
import io
import itertools
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROUNDS, TIMES, WARM_UP, MEMBERS = 10, 200, 100, 40
HERE = Path(__file__).resolve()


def main(trees: list[Path]) -> None:
    """One line per tree, database and handler."""
    from openuser.servers import postgres

    with postgres.running() as url:
        for tree in [*trees, HERE.parents[2]]:
            for database, handler in itertools.product(("SQLite", "PostgreSQL"), ("asgi", "wsgi")):
                print(f"{tree.name:<12} {database:<10} by {handler.upper()}: ", end="", flush=True)
                print(_measured(tree, "" if database == "SQLite" else url, handler), flush=True)


def _measured(tree: Path, database: str, handler: str) -> str:
    environment = {
        **os.environ,
        **{"PYTHONPATH": str(tree), "PYTHONSAFEPATH": "1", "DJANGO_SETTINGS_MODULE": "openuser.settings.test"},
        **{"TEST_DATABASE_URL": database, "WECHAT_MEMBER_MESSAGES_PER_MINUTE": "100000"},
    }
    command = [sys.executable, str(HERE), handler]
    ran = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    return ran.stdout.strip() if ran.returncode == 0 else ran.stderr[-2000:]


def child(handler: str) -> None:
    """Measure this tree on its database."""
    import django
    from django.conf import settings

    settings.DATABASES["default"].setdefault("TEST", {})["MIGRATE"] = False  # the tables as they are, at once
    django.setup()
    from django.test.utils import get_runner

    from openuser.servers import valkey

    runner = get_runner(settings)(verbosity=0, interactive=False)
    with valkey.running(settings.BROKER_FOLDER):
        databases = runner.setup_databases()
        try:
            post = _poster(handler)
            requests = _requests()
            took = [_cpu_ms(post, requests, WARM_UP if number == 0 else TIMES) for number in range(ROUNDS + 1)][1:]
            print(f"{statistics.median(took):5.2f} ms (least {min(took):.2f}, most {max(took):.2f})")
        finally:
            _close_connections()
            runner.teardown_databases(databases)


def _cpu_ms(post: Callable[[str, bytes], int], requests: Iterator[tuple[str, bytes]], times: int) -> float:
    from core.work.broker import publisher

    batch = [next(requests) for _ in range(times)]
    start = time.process_time_ns()
    answers = {post(query, body) for query, body in batch}
    publisher.flush(30)
    taken = (time.process_time_ns() - start) / times / 1e6
    assert answers == {200}, answers
    return taken


def _requests() -> Iterator[tuple[str, bytes]]:
    """Queries and bodies of distinct messages."""
    from tests.support import factories
    from wecom import crypto

    application = factories.make_application(is_default=True)
    keys, corp = application.keys, application.corporation.corp_id
    number = 0
    while True:
        number += 1
        at = str(int(time.time()))
        xml = (
            f"<xml><ToUserName><![CDATA[{corp}]]></ToUserName><FromUserName><![CDATA[user{number % MEMBERS}]]>"
            f"</FromUserName><CreateTime>{at}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[请假"
            f"怎么办]]></Content><MsgId>{number}</MsgId><AgentID>{application.agent_id}</AgentID></xml>"
        )
        sealed = crypto.seal(keys, xml.encode())
        signature = crypto.sign(keys.token, at, "1372623149", sealed)
        body = (
            f"<xml><ToUserName><![CDATA[{corp}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt>"
            f"<AgentID><![CDATA[{application.agent_id}]]></AgentID></xml>"
        )
        yield f"msg_signature={signature}&timestamp={at}&nonce=1372623149", body.encode()


def _poster(handler: str) -> Callable[[str, bytes], int]:
    return _wsgi_poster() if handler == "wsgi" else _asgi_poster()


PATH = "/api/v1/integrations/wechat/webhook"


def _wsgi_poster() -> Callable[[str, bytes], int]:
    from openuser import wsgi

    application: Any = wsgi.application

    def post(query: str, body: bytes) -> int:
        environ = {
            **{"REQUEST_METHOD": "POST", "PATH_INFO": PATH, "QUERY_STRING": query, "CONTENT_TYPE": "text/xml"},
            **{"CONTENT_LENGTH": str(len(body)), "SERVER_NAME": "localhost", "SERVER_PORT": "80"},
            **{"HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1", "SERVER_PROTOCOL": "HTTP/1.1"},
            **{"wsgi.input": io.BytesIO(body), "wsgi.url_scheme": "http", "HTTP_USER_AGENT": "Mozilla/4.0"},
            **{"wsgi.errors": sys.stderr, "wsgi.multithread": True, "wsgi.version": (1, 0), "SCRIPT_NAME": ""},
        }
        said: list[str] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
            said.append(status)

        response = application(environ, start)
        b"".join(response)
        getattr(response, "close", lambda: None)()
        return int(said[0].split()[0])

    return post


def _asgi_poster() -> Callable[[str, bytes], int]:
    from openuser import asgi

    application: Any = asgi.application
    loop = asyncio.new_event_loop()

    async def answer(query: str, body: bytes) -> int:
        said: list[int] = []
        received = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> dict[str, Any]:
            event = next(received, None)
            if event is None:  # the client stays until the answer is complete
                await asyncio.Event().wait()
            assert event is not None
            return event

        async def send(event: dict[str, Any]) -> None:
            if event["type"] == "http.response.start":
                said.append(event["status"])

        headers = [(b"host", b"localhost"), (b"content-type", b"text/xml"), (b"user-agent", b"Mozilla/4.0")]
        headers.append((b"content-length", str(len(body)).encode()))
        scope = {
            **{"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http"},
            **{"path": PATH, "raw_path": PATH.encode(), "root_path": "", "query_string": query.encode()},
            **{"headers": headers, "client": ("127.0.0.1", 5), "server": ("localhost", 80)},
        }
        await application(scope, receive, send)
        return said[0]

    return lambda query, body: loop.run_until_complete(answer(query, body))


def _close_connections() -> None:
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        close_pool = getattr(connection, "close_pool", None)
        if close_pool is not None:
            close_pool()


if __name__ == "__main__":
    if sys.argv[1:] in (["wsgi"], ["asgi"]):
        child(sys.argv[1])
    else:
        main([Path(argument).resolve() for argument in sys.argv[1:]])
