"""Rows as JSON, for the control API, the ledger and the phone."""

from typing import Any

from wecom.emulator.models import App, Attempt, Call, Callback, Department, Entry, Fault, Member, Tag


def member(row: Member) -> dict[str, Any]:
    return {
        "userid": row.userid,
        "name": row.name,
        "position": row.position,
        "departments": row.departments,
        "leads": row.leads,
        "status": row.status,
        "visible": row.visible,
        "licensed": row.licensed,
        "left": row.status == Member.Status.LEFT,
        "reachable": row.reachable,
    }


def department(row: Department) -> dict[str, Any]:
    return {
        "id": row.number,
        "name": row.name,
        "name_en": row.name_en,
        "parentid": row.parent,
        "order": row.order,
        "leaders": row.leaders,
    }


def tag(row: Tag) -> dict[str, Any]:
    return {"id": row.number, "name": row.name, "users": row.userids, "parties": row.departments}


def app(row: App) -> dict[str, Any]:
    """With its secrets: developers need them, and they protect nothing."""
    return {
        "corpid": row.corp.corp_id,
        "agentid": row.agent_id,
        "name": row.name,
        "description": row.description,
        "secret": row.secret,
        "token": row.token,
        "aes_key": row.aes_key,
        "callback": row.callback_url,
        "callback_format": row.callback_format,
        "menu": row.menu,
        "scope": row.scope,
        "privileged": row.privileged,
        "closed": row.closed,
        "hears_contacts": row.hears_contacts,
        "workbench": bool(row.workbench.get("open")),
    }


def entry(row: Entry) -> dict[str, Any]:
    """A message in a member's chat. `received` is from the member's side; `callback` is that of a message they sent."""
    message = row.message
    callback = None if row.received else Callback.objects.filter(message=message).order_by("pk").first()
    return {
        "id": row.pk,
        "member": row.member.userid,
        "agentid": row.app.agent_id,
        "received": row.received,
        "chat": None if row.chat is None else {"id": row.chat.chat_id, "name": row.chat.name},
        "msgtype": message.msgtype,
        "content": (row.changed or {}).get("template_card") or message.content,
        "card": card(row) if message.msgtype == "template_card" else None,
        "media_url": message.content.get("media_url"),
        "msgid": message.msgid,
        "at": row.at,
        "recalled": message.recalled,
        "read": row.read,
        "callback": None if callback is None else {"id": callback.pk, "status": callback.status},
    }


def card(row: Entry) -> dict[str, Any]:
    """The state of a card: `replaced` is the grey text instead of its buttons, "" while they can be pressed."""
    changed = row.changed or {}
    text = changed.get("replace_name") or (changed.get("template_card") or {}).get("replace_text") or ""
    return {"replaced": text, "changed": row.changed is not None}


def callback(row: Callback) -> dict[str, Any]:
    return {
        "id": row.pk,
        "agentid": row.app.agent_id,
        "member": row.userid,
        "kind": row.kind,
        "message": row.message_id,
        "status": row.status,
        "at": row.at,
        "xml": row.plain,
        "query": row.query,
        "body": row.body,
        "attempts": [attempt(tried) for tried in Attempt.objects.filter(callback=row)],
    }


def attempt(row: Attempt) -> dict[str, Any]:
    return {
        "number": row.number,
        "at": row.at,
        "ms": round(row.milliseconds, 1),
        "status": row.status,
        "answer": row.answer,
        "error": row.error,
    }


def call(row: Call) -> dict[str, Any]:
    return {
        "id": row.pk,
        "path": row.path,
        "at": row.at,
        "errcode": row.errcode,
        "status": row.status,
        "ms": round(row.milliseconds, 1),
        "digest": row.digest,
        "request": row.request,
        "answer": row.answer,
        "fault": row.fault,
    }


def fault(row: Fault) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "path": row.path,
        "kind": row.kind,
        "value": row.value,
        "processed": row.processed,
        "times": row.times,
        "share": row.share,
        "member": row.member,
        "mix": row.mix,
        "seed": row.seed,
        "hits": row.hits,
    }
