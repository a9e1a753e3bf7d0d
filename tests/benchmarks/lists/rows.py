"""The tables that grow with use, filled in SQL as thirty days of use leave them."""

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils import timezone

from avatars.models import Rendition
from conversations.flows import publication
from conversations.models import Content, Conversation, Message, Session, StateEntry, UnansweredQuestion
from tests.support import factories
from wecom.models import Application, ApplicationMember, Member, Membership, PrivacyRequest

RARE = "产假"
DAYS = "now() - interval '30 days' * ({rows} - g) / {rows}"
WORDS = (
    "CASE g % 3 WHEN 0 THEN '请问怎么申请年假，谢谢 ' || g WHEN 1 THEN 'How do I book a meeting room, number ' || g "
    "ELSE '报销单' || chr(19968 + g % 5000) || chr(19968 + g * 7 % 5000) || '什么时候到账' END"
)
NAMES = "chr(19968 + g % 300) || chr(20968 + g * 7 % 3000) || chr(20968 + g / 300 % 3000)"
ID = "md5(g::text)"
DONE = {"cid": ID, "created_at": DAYS, "due_at": DAYS, "finished_at": DAYS}
FAILING = {"status": "CASE WHEN g % 1000 = 0 THEN 'failed' WHEN g % 5000 = 1 THEN 'queued' ELSE 'done' END"}
MANY = 10_000
OPEN = 50  # members who are being answered by a person, or are in a flow, at the moment
# The kinds whose rows those of a kind lead to, and those that its list reads.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "member": ("applicationmember", "membership"),
    "applicationmember": ("member",),
    "membership": ("member",),
    "message": ("member", "content"),
    "conversation": ("member",),
    "session": ("conversation",),
    "stateentry": ("session",),
    "ticket": ("conversation",),
    "delivery": ("member",),
    "enrolment": ("member",),
    "errand": ("conversation",),
}

Values = Mapping[str, str]


def fill(rows: int, kinds: Collection[str] = ()) -> None:
    """The tables, each with so many rows; of others than these kinds, and what they need, with one."""
    start, filled = time.monotonic(), _with_needs(kinds)
    for row, values in _kinds():
        count = rows if not kinds or row._meta.model_name in filled else 1
        with _without_indexes(row) if count >= MANY else nullcontext():
            multiply(row, count, values)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"  filled in {time.monotonic() - start:.0f} s", flush=True)


def _with_needs(kinds: Collection[str]) -> set[str]:
    found, waiting = set[str](), list(kinds)
    while waiting:
        kind = waiting.pop()
        if kind not in found:
            found.add(kind)
            waiting += NEEDS.get(kind, ())
    return found


@contextmanager
def _without_indexes(row: Any) -> Iterator[None]:
    """The table of a row with no check of its keys, and its unique indexes only: the others are built at the end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexdef NOT LIKE 'CREATE UNIQUE%%'",
            [row._meta.db_table],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute("SET session_replication_role = replica; SET maintenance_work_mem = '256MB'")
        yield
        cursor.execute("SET session_replication_role = DEFAULT")
        for _name, definition in indexes:
            cursor.execute(definition)


def multiply(row: Any, rows: int, values: Values) -> None:
    """A row in place of which there are so many: `values` are SQL by column, with `g` from 1 and `{rows}`."""
    quote = connection.ops.quote_name
    table, key = quote(row._meta.db_table), row.pk
    columns = [field.column for field in row._meta.concrete_fields if not field.primary_key]
    chosen = [values[name].replace("{rows}", str(rows)) if name in values else f"t.{quote(name)}" for name in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH t AS (DELETE FROM {table} WHERE id = {key} RETURNING *) "
            f"INSERT INTO {table} ({', '.join(map(quote, columns))}) SELECT {', '.join(chosen)} "
            f"FROM t, generate_series(1, {rows}) g ORDER BY g"
        )


def _kinds() -> Iterator[tuple[Any, Values]]:
    """The first row of each table, and what tells its copies apart."""
    application = factories.make_application(is_default=True)
    yield from _of_members(application)
    first: dict[str, str] = {"member_id": f"{Member.objects.order_by('pk')[0].pk} + g - 1"}
    yield from _of_conversations(application, first)
    first["conversation_id"] = f"{Conversation.objects.order_by('pk')[0].pk} + g - 1"
    yield from _of_flows(first)
    yield from _of_tickets(first)
    yield from _of_sendings(application, first)
    yield from _of_work(application, first)
    boss = User.objects.create(username="somebody")
    entry = LogEntry.objects.create(
        user=boss, content_type=ContentType.objects.get_for_model(Member), object_id="1", action_flag=2
    )
    yield entry, {"action_time": DAYS, "object_id": "g::text", "object_repr": "'user' || g"}
    yield from _of_knowledge()  # last, because a flow that is published looks into all answers


def _of_members(application: Application) -> Iterator[tuple[Any, Values]]:
    member = factories.make_member(application, "user", status="active")
    yield member, {"user_id": "'user' || g", "name": NAMES, "created_at": DAYS}
    first = Member.objects.order_by("pk")[0].pk
    theirs = {"member_id": f"{first} + g - 1"}
    yield ApplicationMember.objects.create(application=application, member_id=first, in_range=True), theirs
    places = [factories.make_department(application, number, f"部门 {number}") for number in range(1, 201)]
    lowest = min(place.pk for place in places)
    row = Membership.objects.create(member_id=first, department=places[0])
    yield row, {**theirs, "department_id": f"{lowest} + g % 200"}
    tag = factories.make_tag(application)
    tag.members.add(*Member.objects.order_by("pk")[:1000])
    request = PrivacyRequest.objects.create(
        corporation=application.corporation, kind="export", requested_by="boss", digest="x"
    )
    yield request, {"digest": ID, "created_at": DAYS}


def _of_conversations(application: Application, first: Values) -> Iterator[tuple[Any, Values]]:
    content = Content.objects.create(text="?")
    yield content, {"text": WORDS}
    member, lowest = Member.objects.order_by("pk")[0].pk, Content.objects.order_by("pk")[0].pk
    said = Message.objects.create(application=application, member_id=member, content_id=lowest, direction="in")
    ways = {"direction": "CASE g % 2 WHEN 0 THEN 'in' ELSE 'out' END", "state": "'received'"}
    yield said, {**first, **ways, "content_id": f"{lowest} + g - 1", "cid": ID, "created_at": DAYS}
    words = Content.objects.create(text=f"我要请{RARE}啦")
    Message.objects.create(application=application, member_id=member, content=words, direction="in")
    conversation = Conversation.objects.create(application=application, member_id=member, language="zh-hans")
    yield conversation, {**first, "last_message_at": DAYS}


def _of_knowledge() -> Iterator[tuple[Any, Values]]:
    asked = UnansweredQuestion.objects.create(question="?", plain="?", language="zh-hans", times=1)
    often = {"times": "1 + (g::bigint * 7919) % 500", "last_asked_at": DAYS, "first_asked_at": DAYS}
    ends = {"status": "CASE g % 4 WHEN 0 THEN 'dismissed' ELSE 'open' END"}
    yield asked, {"question": WORDS, "plain": "'plain' || g", **often, **ends}
    topics = [factories.make_topic(f"主题 {number}").pk for number in range(20)]
    answer = factories.make_answer("?", topic_id=topics[0])
    yield answer, {"question": f"({WORDS}) || g", "topic_id": f"{min(topics)} + g % 20"}


def _of_flows(first: Values) -> Iterator[tuple[Any, Values]]:
    version = publication.publish(factories.make_flow())
    conversation = Conversation.objects.order_by("pk")[0]
    ended = {"status": "completed", "state": "bye", "finished_at": timezone.now()}
    session = Session.objects.create(version=version, conversation=conversation, **ended)
    is_open = f"g % (GREATEST({{rows}}, {OPEN}) / {OPEN}) = 0"
    status = f"CASE WHEN {is_open} THEN 'active' WHEN g % 7 = 0 THEN 'expired' ELSE 'completed' END"
    finished = f"CASE WHEN {is_open} THEN NULL ELSE {DAYS} END"
    where = "CASE g % 3 WHEN 0 THEN 'ask_text' ELSE 'bye' END"
    own = {"conversation_id": first["conversation_id"], "cid": ID, "started_at": DAYS, "asked_at": DAYS}
    yield session, {**own, "status": status, "finished_at": finished, "state": where}
    lowest = Session.objects.order_by("pk")[0].pk
    entry = StateEntry.objects.create(session_id=lowest, version=version, state="ask_text")
    yield entry, {"session_id": f"{lowest} + g - 1", "at": DAYS, "state": where}


def _of_tickets(first: Values) -> Iterator[tuple[Any, Values]]:
    conversation = Conversation.objects.order_by("pk")[0]
    operator = factories.make_operator(conversation.application)
    topics = [factories.make_topic(f"工单 {number}").pk for number in range(5)]
    ticket = factories.make_ticket(conversation, status="closed", outcome="solved", operator=operator)
    is_open = f"g % (GREATEST({{rows}}, {OPEN}) / {OPEN}) = 0"
    times = dict.fromkeys(("opened_at", "taken_at", "answered_at", "last_line_at"), DAYS)
    ends = {
        "status": f"CASE WHEN {is_open} THEN 'assigned' ELSE 'closed' END",
        "closed_at": f"CASE WHEN {is_open} THEN NULL ELSE {DAYS} END",
    }
    topic = {"topic_id": f"{min(topics)} + g % 5"}
    yield ticket, {"conversation_id": first["conversation_id"], "cid": ID, **times, **ends, **topic}


def _of_sendings(application: Application, first: Values) -> Iterator[tuple[Any, Values]]:
    member = Member.objects.order_by("pk")[0]
    campaign = factories.make_campaign_row(application)
    everybody = factories.make_campaign_run(campaign, status="done", planned=1_000_000, sent=1_000_000)
    delivery = factories.make_delivery(everybody, member=member, status="sent")
    outcome = {"status": "CASE WHEN g % 1000 = 0 THEN 'failed' WHEN g % 97 = 0 THEN 'skipped' ELSE 'sent' END"}
    yield delivery, {**first, **outcome, "batch": "g / 1000"}
    run = factories.make_campaign_run(factories.make_campaign_row(application, name="早报"), status="done")
    yield run, {**DONE, **FAILING, "moment": DAYS, "ended_at": DAYS}
    series = factories.make_series_row(application)
    enrolment = factories.make_enrolment(series, member=member)
    yield enrolment, {**first, "created_at": DAYS, "anchor_on": f"({DAYS})::date"}


def _of_work(application: Application, first: Values) -> Iterator[tuple[Any, Values]]:
    """Rows of work, nearly all of them done."""
    events = {"kind": "CASE g % 3 WHEN 0 THEN 'event' ELSE 'text' END", "sent_at": DAYS, "identity": ID}
    events |= {"event": "CASE g % 3 WHEN 0 THEN 'enter_agent' ELSE '' END", "from_user_id": "'user' || g"}
    yield factories.make_callback(application), {**DONE, **FAILING, **events, "order_key": "'user' || g"}
    outbound = factories.make_outbound(application)
    yield outbound, {**DONE, **FAILING, "recipients": "jsonb_build_array('user' || g)", "msgid": "'m' || g"}
    render = factories.make_render(status="done", poster="renders/poster.jpg", seconds=4)
    yield render, {**DONE, "content_hash": ID, "content_id": ID, "text": WORDS}
    yield factories.make_webhook_delivery(), {**DONE, **FAILING, "event_id": ID}
    own = {"conversation_id": first["conversation_id"]}
    yield factories.make_errand(Conversation.objects.order_by("pk")[0]), {**DONE, **FAILING, **own}
    yield factories.make_upload(application), {**DONE, **FAILING, "sha256": ID}
    yield factories.make_download(application), {**DONE, **FAILING, "media_id": ID}
    yield factories.make_card_update(application), {**DONE, **FAILING, "response_code": ID, "user_id": "'user' || g"}
    yield factories.make_group_message(application), {**DONE, **FAILING, "called_at": DAYS}
    yield factories.make_narration(status="done"), {**DONE, "content_hash": ID, "text": WORDS}
    fitted = Rendition.objects.create(source="uploads/a.mp4", sha256="x", limit=10_000_000, status="done")
    yield fitted, {**DONE, "sha256": ID}
    yield factories.make_directory_sync(application, status="done"), DONE
