"""Control API: a member's conversations, the messages in each, and up to which the member has read."""

from django.db.models import QuerySet

from wecom.emulator import presenters, visible_range
from wecom.emulator.control.json_views import ControlError, ControlRequest, Result
from wecom.emulator.models import App, Chat, Entry, Member


def conversations(request: ControlRequest) -> Result:
    """Applications that the member sees or has talked to, and group chats; newest first."""
    member = request.member()
    apps = App.objects.filter(corp=member.corp).exclude(agent_id=App.ASSISTANT).select_related("corp")
    rows = [(_app_conversation(app, member), visible_range.of(app).sees(member)) for app in apps]
    chats = [row for row, visible in rows if visible or row["last"]]
    group_chats = Chat.objects.filter(app__corp=member.corp).select_related("app")
    chats += [_group_conversation(chat, member) for chat in group_chats if member.userid.lower() in chat.userids]
    return {"conversations": sorted(chats, key=_newest_first, reverse=True)}


def _newest_first(row: Result) -> tuple[float, int]:
    """By the last message; those without one in the order of their creation."""
    return (row["last"]["at"] if row["last"] else 0.0, -row["order"])


def _app_conversation(app: App, member: Member) -> Result:
    rows = Entry.objects.filter(app=app, member=member, chat=None)
    return {"kind": "app", "agentid": app.agent_id, "name": app.name, "order": app.pk, **_unread_and_last(rows)}


def _group_conversation(chat: Chat, member: Member) -> Result:
    rows = Entry.objects.filter(chat=chat, member=member)
    head = {"kind": "group", "id": chat.chat_id, "agentid": chat.app.agent_id, "name": chat.name}
    return {**head, "people": len(chat.userids), "order": chat.pk, **_unread_and_last(rows)}


def _unread_and_last(rows: QuerySet[Entry]) -> Result:
    last = rows.select_related("message", "member", "app", "chat").order_by("pk").last()
    unread = rows.filter(received=True, read=False).count()
    return {"unread": unread, "last": presenters.entry(last) if last else None}


def chat(request: ControlRequest) -> Result:
    """The latest `limit` messages of a chat after the entry `since`; `chat` names a group chat."""
    rows = _chat_entries(request, request.query.get("chat", "")).filter(pk__gt=int(request.query_number("since")))
    latest = rows.select_related("message", "member", "app", "chat").order_by("-pk")[
        : int(request.query_number("limit", 200))
    ]
    return {"entries": [presenters.entry(row) for row in reversed(latest)]}


def mark_read(request: ControlRequest) -> Result:
    """The member has read the chat, or the group chat that `chat` names."""
    rows = _chat_entries(request, request.text("chat", "")).filter(received=True, read=False)
    return {"read": rows.update(read=True)}


def _chat_entries(request: ControlRequest, chat_id: str) -> QuerySet[Entry]:
    member = request.member()
    if not chat_id:
        return Entry.objects.filter(app=request.app(), member=member, chat=None)
    chat = Chat.objects.filter(app__corp=member.corp, chat_id=chat_id).first()
    if chat is None:
        raise ControlError("there is no such group chat", 404)
    return Entry.objects.filter(chat=chat, member=member)
