"""`message/send` and `message/recall`.

Sources: https://developer.work.weixin.qq.com/document/path/90236 and 94867.
"""

import hashlib
import json
import secrets
from typing import Any

from wecom.emulator import clock, live_updates, platform_quirks
from wecom.emulator.gateway.application_checks import check_agent_id, check_enabled
from wecom.emulator.gateway.endpoint_registry import Answer, ApiRequest, endpoint
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.messages import contents, delivery, quotas, recipients, references
from wecom.emulator.models import Accepted, App, Message, ResponseCode, sql

INTERVAL, LONGEST_INTERVAL = 1800, 14400  # seconds of the duplicate check
RECALL_WITHIN = 24 * 3600.0
DUPLICATE = "WHERE it.app_id = ? AND it.digest = ? AND it.until > ?"


@endpoint("message/send", "POST")
def send(request: ApiRequest) -> Answer:
    """Check the message, then deliver it to every recipient who can be reached and has quota left."""
    app, body = request.caller, request.json()
    check_agent_id(app, body.get("agentid"))
    check_enabled(app)
    rules, now = platform_quirks.rules_of(app.pk), clock.now()
    digest = _digest(request.body, body, by_bytes=rules.duplicates_by_bytes) if _duplicate_check(body) else ""
    duplicate = sql.first(Accepted, DUPLICATE, app.pk, digest, now) if digest else None
    if duplicate is not None:
        return dict(duplicate.answer)
    content = contents.check(body, rules)
    if content.msgtype == "miniprogram_notice" and body.get("touser") == "@all":
        raise ApiError(40058, "a notice of a mini-program cannot go to @all")
    reached = recipients.find_recipients(app, body, unreachable=request.unreachable, unlicensed=request.unlicensed)
    fields = references.resolve(app, content)
    msgid = secrets.token_urlsafe(48)
    answer: dict[str, Any] = {**reached.invalid_fields(), "msgid": msgid}
    if content.msgtype == "template_card":
        _check_card(app, fields, answers_back=content.answers_back)
    quotas.count_recipients(app, len(reached.members), now)
    if content.answers_back:
        answer["response_code"] = secrets.token_urlsafe(32)
    if digest:
        sql.add(Accepted(app_id=app.pk, digest=digest, answer=answer, until=now + _interval(body)))
    message = delivery.create_message(app, content.msgtype, fields, now, msgid=msgid)
    if content.answers_back:
        ResponseCode.objects.create(app=app, message=message, code=answer["response_code"], created_at=now)
    if not request.drop:
        delivery.deliver(message, quotas.members_within_quota(app, reached.members, now))
    return answer


def _check_card(app: App, card: dict[str, Any], *, answers_back: bool) -> None:
    """A card that answers back needs a callback URL; no other card of the application may have its task ID."""
    if answers_back and not app.callback_url:
        raise ApiError(43012)
    cards = Message.objects.filter(app=app, msgtype="template_card")
    if card.get("task_id") and cards.filter(content__task_id=card["task_id"]).exists():
        raise ApiError(42014, "the task_id was used before")


def _duplicate_check(body: dict[str, Any]) -> bool:
    return body.get("enable_duplicate_check") in {1, "1"}


def _digest(written: bytes, body: dict[str, Any], *, by_bytes: bool) -> str:
    """The key that two requests share of which the second is a duplicate."""
    return hashlib.sha256(written if by_bytes else json.dumps(body, sort_keys=True).encode()).hexdigest()


def _interval(body: dict[str, Any]) -> int:
    value = body.get("duplicate_check_interval", INTERVAL)
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        return INTERVAL
    return min(value, LONGEST_INTERVAL)


@endpoint("message/recall", "POST")
def recall(request: ApiRequest) -> Answer:
    """Recall a message of the application within 24 hours."""
    message = Message.objects.filter(msgid=str(request.json().get("msgid", "")), app=request.caller).first()
    if message is None or message.sender_id is not None:
        raise ApiError(40058, "invalid msgid")
    if message.sent_at < clock.now() - RECALL_WITHIN:
        raise ApiError(42052)
    message.recalled = True
    message.save(update_fields=["recalled"])
    live_updates.message_recalled(message)
    return {}
