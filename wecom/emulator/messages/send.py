"""`message/send` and `message/recall`: accept, refuse, swallow repeats, drop what is over quota, deliver."""

import hashlib
import json
import secrets
from typing import Any

from wecom.emulator import clock, live, platform_quirks
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.gateway.registry import Answer, Request, endpoint
from wecom.emulator.messages import contents, recipients, references
from wecom.emulator.models import Accepted, App, Chat, Entry, Member, Message, ResponseCode, sql

INTERVAL, INTERVAL_MAX = 1800, 14400
RECALL_WITHIN = 24 * 3600.0
EARLIER = "WHERE it.app_id = ? AND it.digest = ? AND it.until > ?"
RECEIVED = (
    "SELECT member_id, COUNT(*), SUM(at > ?) FROM emulator_entry WHERE app_id = ? AND received AND at > ? "
    "AND chat_id IS NULL AND member_id IN (SELECT value FROM json_each(?)) GROUP BY member_id"
)
COUNTED = "UPDATE emulator_app SET counted_day = ?, counted = ? WHERE id = ?"


@endpoint("message/send", "POST")
def send(request: Request) -> Answer:
    """Check everything, then deliver to everybody who may be reached."""
    app, body = request.caller, request.json()
    check_agent(app, body.get("agentid"))
    check_open(app)
    digest = hashlib.sha256(request.body).hexdigest()
    now = clock.now()
    earlier = sql.first(Accepted, EARLIER, app.pk, digest, now) if _wants_check(body) else None
    if earlier is not None:
        return dict(earlier.answer)
    content = contents.check(body, platform_quirks.of(app.pk))
    if content.msgtype == "miniprogram_notice" and body.get("touser") == "@all":
        raise ApiError(40058, "a notice of a mini-program cannot go to @all")
    found = recipients.find(app, body, unreachable=request.unreachable, unlicensed=request.unlicensed)
    fields = references.resolve(app, content)
    msgid = secrets.token_urlsafe(48)
    answer: dict[str, Any] = {**found.complaints(), "msgid": msgid}
    if content.msgtype == "template_card":
        _check_card(app, fields, answers_back=content.answers_back)
    _count(app, len(found.members), now)
    if content.answers_back:
        answer["response_code"] = secrets.token_urlsafe(32)
    if _wants_check(body):
        sql.add(Accepted(app_id=app.pk, digest=digest, answer=answer, until=now + _interval(body)))
    message = write(app, content.msgtype, fields, now, msgid=msgid)
    if content.answers_back:
        ResponseCode.objects.create(app=app, message=message, code=answer["response_code"], created_at=now)
    if not request.dropping:
        deliver(message, within_quota(app, found.members, now))
    return answer


def write(app: App, msgtype: str, fields: dict[str, Any], now: float, *, msgid: str = "") -> Message:
    """What an application says, before it is delivered."""
    msgid = msgid or secrets.token_urlsafe(48)
    return sql.add(Message(app=app, msgtype=msgtype, content=fields, msgid=msgid, sent_at=now))


def deliver(message: Message, members: list[Member], chat: Chat | None = None) -> None:
    """Write the message into everybody's chat, or into theirs of a group, and show it to whoever looks."""
    app, at = message.app, message.sent_at
    rows = [
        sql.add(Entry(message=message, member=member, app=app, received=True, at=at, chat=chat)) for member in members
    ]
    if len(rows) <= live.MOST:
        for row in rows:
            live.entry(row)
    else:
        live.refresh()


def within_quota(app: App, members: list[Member], now: float) -> list[Member]:
    """Those whose quota is not used up. The platform tells nobody about the others."""
    own = platform_quirks.of(app.pk)
    last_minute, last_hour = (_since(now, seconds, aligned=own.quota_aligned) for seconds in (60, 3600))
    numbers = json.dumps([member.pk for member in members])  # counted there: somebody may have thousands of rows
    counted = sql.execute(RECEIVED, last_minute, app.pk, last_hour, numbers)
    most = (own.quota_per_hour, own.quota_per_minute)
    full = {member for member, *heard in counted if any(one >= limit for one, limit in zip(heard, most, strict=True))}
    return [member for member in members if member.pk not in full]


def _since(now: float, seconds: int, *, aligned: bool) -> float:
    """When the window began that a quota is of: so long ago, or with the minute or hour of the clock."""
    return now // seconds * seconds - 1e-6 if aligned else now - seconds


@endpoint("message/recall", "POST")
def recall(request: Request) -> Answer:
    """Withdraw a message of the same application within 24 hours."""
    message = Message.objects.filter(msgid=str(request.json().get("msgid", "")), app=request.caller).first()
    if message is None or message.sender_id is not None:
        raise ApiError(40058, "invalid msgid")
    if message.sent_at < clock.now() - RECALL_WITHIN:
        raise ApiError(42052)
    message.recalled = True
    message.save(update_fields=["recalled"])
    live.recalled(message)
    return {}


def check_open(app: App) -> None:
    """An application that is disabled in the console may not write to anybody. Raises `ApiError` 50003."""
    if app.closed:
        raise ApiError(50003)


def check_agent(app: App, agent_id: object) -> None:
    """The application that a call names must be that of the token. Raises `ApiError` 41011, 40056, 301002."""
    if agent_id is None or agent_id == "":
        raise ApiError(41011)
    if isinstance(agent_id, bool) or not str(agent_id).isdecimal():
        raise ApiError(40056)
    if int(str(agent_id)) != app.agent_id:
        siblings = App.objects.filter(corp=app.corp, agent_id=int(str(agent_id)))
        raise ApiError(301002 if siblings.exists() else 40056)


def _count(app: App, people: int, now: float) -> None:
    """Refuse what is over the day's quota: accounts of the company times 200, as many people as are addressed."""
    per_account = platform_quirks.of(app.pk).quota_per_account
    if not per_account:
        return
    today = clock.day(now)
    if app.counted_day != today:
        app.counted_day, app.counted = today, 0
    if app.counted + people > per_account:
        accounts = Member.objects.filter(corp=app.corp).exclude(status=Member.Status.LEFT).count()
        if app.counted + people > accounts * per_account:
            raise ApiError(45009, "out of daily quota")
    sql.execute(COUNTED, today, app.counted + people, app.pk)


def _check_card(app: App, card: dict[str, Any], *, answers_back: bool) -> None:
    """A card that answers back needs somebody who listens, and a task ID that no other card of the application has."""
    if answers_back and not app.callback_url:
        raise ApiError(43012)
    cards = Message.objects.filter(app=app, msgtype="template_card")
    if card.get("task_id") and cards.filter(content__task_id=card["task_id"]).exists():
        raise ApiError(42014, "the task_id was used before")


def _wants_check(body: dict[str, Any]) -> bool:
    return body.get("enable_duplicate_check") in {1, "1"}


def _interval(body: dict[str, Any]) -> int:
    value = body.get("duplicate_check_interval", INTERVAL)
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        return INTERVAL
    return min(value, INTERVAL_MAX)
