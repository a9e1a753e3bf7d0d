"""Milliseconds of the lists with a million rows per table: python -m tests.benchmarks.lists [--rows N] [TREE …]

Fills the tables of a private PostgreSQL in SQL, and opens every page as an administrator or API client: the middle of
five times in milliseconds, that of its queries, and how many they are. Each TREE, such as a `git worktree` of an older
commit, is measured before this one, in a database of its own. A page of this tree that takes longer than it may is
marked, and the exit status is 1.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROWS, TIMES, MOST_MS = 1_000_000, 5, 300
HERE = Path(__file__).resolve()
DAYS = "now() - interval '30 days' * ({rows} - g) / {rows}"
WORDS = (
    "CASE g % 3 WHEN 0 THEN '请问怎么申请年假，谢谢 ' || g WHEN 1 THEN 'How do I book a meeting room, number ' || g "
    "ELSE '报销单' || chr(19968 + g % 5000) || chr(19968 + g * 7 % 5000) || '什么时候到账' END"
)
NAMES = "chr(19968 + g % 300) || chr(20968 + g * 7 % 3000) || chr(20968 + g / 300 % 3000)"
RARE = "产假"


def main(rows: int, trees: list[Path]) -> int:
    """The figures of every tree. Returns how many pages of this one take too long."""
    from openuser.servers import postgres

    status = 0
    for tree in [*trees, HERE.parents[2]]:
        with postgres.running() as url:
            environment = {
                **os.environ,
                **{"PYTHONPATH": str(tree), "PYTHONSAFEPATH": "1", "DJANGO_SETTINGS_MODULE": "openuser.settings.test"},
                **{"TEST_DATABASE_URL": url},
            }
            print(f"{tree}, {rows:,} rows per table", flush=True)
            command = [sys.executable, str(HERE), "--rows", str(rows), "--measure"]
            status = subprocess.run(command, cwd=tree, env=environment, check=False).returncode
    return status


def child(rows: int) -> int:
    """Measure this tree on its database."""
    import logging

    import django

    django.setup()
    logging.disable(logging.INFO)
    from django.conf import settings
    from django.db import connection
    from django.test.utils import get_runner

    from openuser.servers import valkey

    runner = get_runner(settings)(verbosity=0, interactive=False)
    with valkey.running(settings.BROKER_FOLDER):
        databases = runner.setup_databases()
        try:
            fill(rows)
            with connection.cursor() as cursor:
                cursor.execute("VACUUM")
            slow = [name for name, open_page in pages().items() if not _is_quick(name, open_page)]
        finally:
            _close_connections()
            runner.teardown_databases(databases)
    return len(slow)


# ---- rows


def fill(rows: int) -> None:
    """The tables, each with so many rows, as thirty days of use leave them."""
    from django.db import connection

    start = time.monotonic()
    for row, values in _models(rows):
        multiply(row, rows, values)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"  filled in {time.monotonic() - start:.0f} s", flush=True)


def multiply(row: Any, rows: int, values: Mapping[str, str]) -> None:
    """A row in place of which there are so many: `values` are SQL by column, with `g` from 1 and `{rows}`."""
    from django.db import connection

    quote = connection.ops.quote_name
    table, key = quote(row._meta.db_table), row.pk
    columns = [field.column for field in row._meta.concrete_fields if not field.primary_key]
    chosen = [values[name].replace("{rows}", str(rows)) if name in values else f"t.{quote(name)}" for name in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(map(quote, columns))}) SELECT {', '.join(chosen)} "
            f"FROM {table} t, generate_series(1, {rows}) g WHERE t.id = {key} ORDER BY g"
        )
        if "id" not in values:
            cursor.execute(f"DELETE FROM {table} WHERE id = {key}")


def _models(rows: int) -> Iterator[tuple[Any, Mapping[str, str]]]:
    """The first row of each table, and what tells its copies apart."""
    from conversations.models import Content, Conversation, Message
    from tests.support import factories
    from wecom.models import Member

    application = factories.make_application(is_default=True)
    done = {"cid": "md5(g::text)", "created_at": DAYS, "due_at": DAYS, "finished_at": DAYS}
    failing = {"status": "CASE WHEN g % 1000 = 0 THEN 'failed' WHEN g % 5000 = 1 THEN 'queued' ELSE 'done' END"}
    member = factories.make_member(application, "user")
    yield member, {"user_id": "'user' || g", "name": NAMES, "created_at": DAYS}
    content = Content.objects.create(text="?")
    yield content, {"text": WORDS}
    first_member, first_content = Member.objects.order_by("pk")[0].pk, Content.objects.order_by("pk")[0].pk
    theirs = {"member_id": f"{first_member} + g - 1"}
    said = Message(application=application, member_id=first_member, content_id=first_content, direction="in")
    said.save()
    ways = {"direction": "CASE g % 2 WHEN 0 THEN 'in' ELSE 'out' END", "state": "'received'"}
    yield said, {**theirs, **ways, "content_id": f"{first_content} + g - 1", "cid": "md5(g::text)", "created_at": DAYS}
    Content.objects.create(text=f"我要请{RARE}啦")
    Message.objects.create(
        application=application, member_id=first_member, content=Content.objects.latest("pk"), direction="in"
    )
    conversation = Conversation.objects.create(
        application=application, member=factories.make_member(application, "somebody")
    )
    yield conversation, {**theirs, "last_message_at": DAYS}
    events = {"kind": "CASE g % 3 WHEN 0 THEN 'event' ELSE 'text' END", "sent_at": DAYS, "identity": "md5(g::text)"}
    events |= {"event": "CASE g % 3 WHEN 0 THEN 'enter_agent' ELSE '' END", "from_user_id": "'user' || g"}
    yield factories.make_callback(application), {**done, **failing, **events, "order_key": "'user' || g"}
    outbound = factories.make_outbound(application)
    yield outbound, {**done, **failing, "recipients": "jsonb_build_array('user' || g)", "msgid": "'m' || g"}
    render = factories.make_render(status="done", poster="renders/poster.jpg", seconds=4)
    yield render, {**done, "content_hash": "md5(g::text)", "content_id": "md5(g::text)", "text": WORDS}
    yield factories.make_webhook_delivery(), {**done, **failing, "event_id": "md5(g::text)"}


# ---- pages


def pages() -> dict[str, Callable[[], Any]]:
    """What is opened, by its name."""
    from django.contrib.auth.models import User
    from django.test import Client
    from django.urls import reverse

    from openuser.api import clients
    from wecom.models import Member

    admin = Client()
    admin.force_login(User.objects.create_superuser("boss"))
    _, token = clients.create("benchmark", scopes=["members:read", "messages:read"])
    api = Client(headers={"authorization": f"Bearer {token}"})
    member = Member.objects.order_by("pk")[Member.objects.count() // 2]
    lists = {
        "callbacks": "wecom_callback",
        "outbound messages": "wecom_outbound",
        "members": "wecom_member",
        "messages": "conversations_message",
        "conversations": "conversations_conversation",
        "renders": "avatars_render",
        "webhook deliveries": "openuser_webhookdelivery",
    }
    opened: dict[str, Callable[[], Any]] = {"home": lambda: admin.get(reverse("admin:index"))}

    def add(page: str, client: Client, address: str, **query: Any) -> None:
        opened[page] = lambda: client.get(address, query)

    for name, model in lists.items():
        add(name, admin, reverse(f"admin:{model}_changelist"))
    for name in ("callbacks", "outbound messages", "webhook deliveries"):
        add(f"{name}, failed", admin, reverse(f"admin:{lists[name]}_changelist"), status__exact="failed")
    searches = {
        "members": (member.name, member.name[:2], member.user_id, "zhangsan"),
        "messages": (RARE, "年假", "meeting", member.name, "nothing-like-this"),
        "callbacks": (member.user_id, "nothing-like-this"),
        "outbound messages": (member.user_id, "nothing-like-this"),
        "conversations": (member.name,),
        "renders": (RARE, "meeting"),
    }
    for name, words in searches.items():
        for word in words:
            add(f"{name}, search “{word}”", admin, reverse(f"admin:{lists[name]}_changelist"), q=word)
    add("REST members", api, reverse("member-list"))
    add("REST members by user ID", api, reverse("member-list"), user_id=member.user_id.upper())
    add("REST members by name", api, reverse("member-list"), name=member.name[:2])
    add("REST messages by user ID", api, reverse("message-list"), user_id=member.user_id)
    return opened


def _is_quick(name: str, open_page: Callable[[], Any]) -> bool:
    """Print what it takes."""
    from django.db import connection

    took, asked, counts = [], [], []

    def timed(execute: Any, *args: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(*args)
        finally:
            spent.append(time.perf_counter() - start)

    for _ in range(TIMES):
        spent: list[float] = []
        start = time.perf_counter()
        with connection.execute_wrapper(timed):
            answer = open_page()
        took.append((time.perf_counter() - start) * 1000)
        asked.append(sum(spent) * 1000)
        counts.append(len(spent))
        assert answer.status_code == 200, (name, answer.status_code)
    middle = statistics.median(took)
    mark = "" if middle <= MOST_MS else f"   > {MOST_MS}"
    print(f"  {name:<46} {middle:7.0f} ms, {statistics.median(asked):7.0f} in {counts[-1]:2} queries{mark}", flush=True)
    return not mark


def _close_connections() -> None:
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        close_pool = getattr(connection, "close_pool", None)
        if close_pool is not None:
            close_pool()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("trees", nargs="*", type=Path)
    options = parser.parse_args()
    if options.measure:
        sys.exit(min(1, child(options.rows)))
    sys.exit(main(options.rows, [tree.resolve() for tree in options.trees]))
