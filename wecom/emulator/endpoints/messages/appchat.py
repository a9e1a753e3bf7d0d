"""Group chats of applications: `appchat/create`, `update`, `get` and `send`.

Sources: https://developer.work.weixin.qq.com/document/path/90244, 90245, 98913, 98914 and 90248. Messages that members
write in a group chat are not delivered to the application.
"""

import re
import secrets
from typing import Any

from wecom.emulator import clock, platform_quirks, visible_range
from wecom.emulator.gateway import rate_limits
from wecom.emulator.gateway.application_checks import check_enabled
from wecom.emulator.gateway.endpoint_registry import Answer, ApiRequest, endpoint
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.messages import contents, delivery, references
from wecom.emulator.models import App, Chat, Entry, Member

CHAT_ID = re.compile(r"[0-9A-Za-z]{1,32}")
LONGEST_NAME, FEWEST_MEMBERS, MOST_MEMBERS = 50, 2, 2000
CHATS_PER_DAY = 1000  # of a company
MESSAGES_PER_MINUTE = 200  # to one member; the rest is dropped silently
TYPES = {"text", "image", "voice", "video", "file", "textcard", "news", "mpnews", "markdown"}
MENTIONED = re.compile(r"<@([0-9A-Za-z_.@-]{1,64})>")


@endpoint("appchat/create", "POST")
def create(request: ApiRequest) -> Answer:
    """A new chat. Members see it once it has a message."""
    app, body = _company_wide(request.caller), request.json()
    chat_id = body.get("chatid") or secrets.token_hex(16)
    if not isinstance(chat_id, str) or not CHAT_ID.fullmatch(chat_id):
        raise ApiError(86001)
    chats = Chat.objects.filter(app__corp=app.corp)
    if chats.filter(chat_id=chat_id).exists():
        raise ApiError(86215)
    if chats.filter(created_at__gt=clock.now() - 86400).count() >= CHATS_PER_DAY:
        raise ApiError(45009)
    userids = _members(app, body.get("userlist"))
    _check_size(userids)
    owner = _owner(body.get("owner") or userids[0], userids)
    name = _name(body)
    Chat.objects.create(app=app, chat_id=chat_id, name=name, owner=owner, userids=userids, created_at=clock.now())
    return {"chatid": chat_id}


@endpoint("appchat/update", "POST")
def update(request: ApiRequest) -> Answer:
    """Change the name, owner or members."""
    app, body = _company_wide(request.caller), request.json()
    chat = _chat(app, body.get("chatid"))
    rate_limits.count(app, "chat_changes_per_hour")
    added, removed = (_members(app, body.get(field) or []) for field in ("add_user_list", "del_user_list"))
    userids = [userid for userid in dict.fromkeys([*chat.userids, *added]) if userid not in removed]
    _check_size(userids)
    chat.owner = _owner(body.get("owner") or (chat.owner if chat.owner in userids else userids[0]), userids)
    chat.userids = userids
    if body.get("name"):
        chat.name = _name(body)
    chat.save(update_fields=["owner", "userids", "name"])
    return {}


@endpoint("appchat/get", "GET")
def get(request: ApiRequest) -> Answer:
    """The chat with its members."""
    chat = _chat(request.caller, request.query.get("chatid"))
    chat_info = {
        "chatid": chat.chat_id,
        "name": chat.name,
        "owner": chat.owner,
        "userlist": chat.userids,
        "chat_type": 0,
    }
    return {"chat_info": chat_info}


@endpoint("appchat/send", "POST")
def send(request: ApiRequest) -> Answer:
    """A message to all members of the chat. It has no message ID and no duplicate check."""
    app, body = request.caller, request.json()
    check_enabled(app)
    if body.get("msgtype") not in TYPES:
        raise ApiError(40008)
    chat = _chat(app, body.get("chatid"))
    content = contents.check(body, platform_quirks.rules_of(app.pk))
    fields = references.resolve(app, content)
    if content.msgtype == "text":
        fields["mentioned"] = _mentioned(body["text"], chat)
    rate_limits.count(app, *rate_limits.GROUP_CHAT_RECIPIENTS, weight=len(chat.userids))
    now = clock.now()
    message = delivery.create_message(app, content.msgtype, fields, now)
    if not request.drop:
        members = Member.objects.filter(corp_id=app.corp_id, userid__in=chat.userids)
        delivery.deliver(
            message, [member for member in members if member.reachable and _within_quota(member, now)], chat
        )
    return {}


def _within_quota(member: Member, now: float) -> bool:
    recent = Entry.objects.filter(member=member, received=True, at__gt=now - 60, chat__isnull=False)
    return recent.count() < MESSAGES_PER_MINUTE


def _company_wide(app: App) -> App:
    """The application, which must be visible to the whole company to create chats."""
    check_enabled(app)
    if not visible_range.of(app).everything or app.agent_id == App.ASSISTANT:
        raise ApiError(48002, "the visible range must be the root department")
    return app


def _chat(app: App, chat_id: object) -> Chat:
    if not isinstance(chat_id, str) or not CHAT_ID.fullmatch(chat_id):
        raise ApiError(86001)
    chat = Chat.objects.filter(app__corp=app.corp, chat_id=chat_id).first()
    if chat is None:
        raise ApiError(86003)
    if chat.app_id != app.pk:
        raise ApiError(86008)
    return chat


def _members(app: App, listed: object) -> list[str]:
    """The user IDs as the directory writes them. Raises `ApiError` for a list or member that is invalid."""
    if not isinstance(listed, list):
        raise ApiError(86006)
    known = {row.userid.lower(): row.userid for row in Member.objects.filter(corp=app.corp) if row.reachable}
    names = list(dict.fromkeys(str(userid).lower() for userid in listed))
    if not set(names) <= set(known):
        raise ApiError(86007)
    return [known[name] for name in names]


def _check_size(userids: list[str]) -> None:
    if not FEWEST_MEMBERS <= len(userids) <= MOST_MEMBERS:
        raise ApiError(86006)


def _owner(wanted: object, userids: list[str]) -> str:
    owner = next((userid for userid in userids if userid.lower() == str(wanted).lower()), None)
    if owner is None:
        raise ApiError(86207)
    return owner


def _name(body: dict[str, Any]) -> str:
    name = body.get("name") or ""
    if not isinstance(name, str):
        raise ApiError(86004)
    return name[:LONGEST_NAME]


def _mentioned(part: dict[str, Any], chat: Chat) -> list[str]:
    mentioned = part.get("mentioned_list") or []
    if not isinstance(mentioned, list):
        raise ApiError(40058, "mentioned_list is not a list")
    named = [*map(str, mentioned), *MENTIONED.findall(part.get("content", ""))]
    allowed = {userid.lower() for userid in chat.userids} | {"@all"}
    return [name for name in dict.fromkeys(named) if name.lower() in allowed]
