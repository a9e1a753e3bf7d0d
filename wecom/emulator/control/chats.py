"""Control API, one person's phone: their conversations, both sides of each, and what they have read."""

from django.db.models import QuerySet

from wecom.emulator import presenters
from wecom.emulator.gateway import visible_range
from wecom.emulator.gateway.json_views import Control, ControlError, Result
from wecom.emulator.models import App, Chat, Entry, Member


def conversations(control: Control) -> Result:
    """What the phone lists: applications that the person sees or has talked to, and group chats; newest first."""
    member = control.member()
    apps = App.objects.filter(corp=member.corp).exclude(agent_id=App.ASSISTANT).select_related("corp")
    rows = [_application(app, member) for app in apps]
    known = [row for row, seen in rows if seen or row["last"]]
    groups = Chat.objects.filter(app__corp=member.corp).select_related("app")
    known += [_group(chat, member) for chat in groups if member.userid.lower() in chat.userids]
    return {"conversations": sorted(known, key=_newest, reverse=True)}


def _newest(row: Result) -> tuple[float, int]:
    """By the last message; those without any as they were made."""
    return (row["last"]["at"] if row["last"] else 0.0, -row["order"])


def _application(app: App, member: Member) -> tuple[Result, bool]:
    rows = Entry.objects.filter(app=app, member=member, chat=None)
    row = {"kind": "app", "agentid": app.agent_id, "name": app.name, "order": app.pk, **_state(rows)}
    return row, visible_range.of(app).sees(member)


def _group(chat: Chat, member: Member) -> Result:
    rows = Entry.objects.filter(chat=chat, member=member)
    head = {"kind": "group", "id": chat.chat_id, "agentid": chat.app.agent_id, "name": chat.name}
    return {**head, "people": len(chat.userids), "order": chat.pk, **_state(rows)}


def _state(rows: QuerySet[Entry]) -> Result:
    last = rows.select_related("message", "member", "app", "chat").order_by("pk").last()
    unread = rows.filter(received=True, read=False).count()
    return {"unread": unread, "last": presenters.entry(last) if last else None}


def chat(control: Control) -> Result:
    """Both sides of one person's chat: the latest `limit` entries after `since`; `chat` names a group chat."""
    rows = _rows(control, control.query.get("chat", "")).filter(pk__gt=int(control.asked("since")))
    latest = rows.select_related("message", "member", "app", "chat").order_by("-pk")[: int(control.asked("limit", 200))]
    return {"entries": [presenters.entry(row) for row in reversed(latest)]}


def read(control: Control) -> Result:
    """The person has seen the chat, or the group chat that `chat` names."""
    rows = _rows(control, control.text("chat", "")).filter(received=True, read=False)
    return {"read": rows.update(read=True)}


def _rows(control: Control, chat_id: str) -> QuerySet[Entry]:
    member = control.member()
    if not chat_id:
        return Entry.objects.filter(app=control.app(), member=member, chat=None)
    chat = Chat.objects.filter(app__corp=member.corp, chat_id=chat_id).first()
    if chat is None:
        raise ControlError("there is no such group chat", 404)
    return Entry.objects.filter(chat=chat, member=member)
