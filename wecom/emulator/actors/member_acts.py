"""Acts of members on their phones: send messages, cause events, enter and leave the visible range."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wecom.emulator import clock, live_updates
from wecom.emulator.callbacks.enqueue import NO_FAULTS, CallbackFaults, enqueue_callback
from wecom.emulator.callbacks.envelope import Field
from wecom.emulator.gateway.endpoint_registry import Upload
from wecom.emulator.media.formats import blank_png
from wecom.emulator.media.storage import media_fields, store_media
from wecom.emulator.models import App, Callback, Corp, Entry, Media, Member, Message

MESSAGE_TYPES = ("text", "image", "voice", "video", "location", "link")


@dataclass(frozen=True, kw_only=True)
class MemberMessage:
    """A message as the chat shows it (`content`) and as the callback carries it (`fields`)."""

    msgtype: str
    content: dict[str, Any]
    fields: Sequence[Field]


def text(content: str) -> MemberMessage:
    return MemberMessage(msgtype="text", content={"content": content}, fields=[("Content", content)])


def image(row: Media, *, base_url: str) -> MemberMessage:
    """`base_url` is the emulator's address: the callback carries the picture's address."""
    content = media_fields(row)
    fields: list[Field] = [("PicUrl", base_url + content["media_url"]), ("MediaId", row.media_id)]
    return MemberMessage(msgtype="image", content=content, fields=fields)


def voice(row: Media) -> MemberMessage:
    fields = [("MediaId", row.media_id), ("Format", "amr")]
    return MemberMessage(msgtype="voice", content=media_fields(row), fields=fields)


def video(row: Media) -> MemberMessage:
    thumbnail = store_media(row.corp, "image", Upload(filename="thumb.png", data=blank_png()))
    fields: list[Field] = [("MediaId", row.media_id), ("ThumbMediaId", thumbnail.media_id)]
    return MemberMessage(msgtype="video", content=media_fields(row), fields=fields)


def location(latitude: float, longitude: float, label: str, *, scale: int = 20) -> MemberMessage:
    content = {"latitude": latitude, "longitude": longitude, "label": label}
    fields: list[Field] = [
        ("Location_X", latitude),
        ("Location_Y", longitude),
        ("Scale", scale),
        ("Label", label),
        ("AppType", "wxwork"),
    ]
    return MemberMessage(msgtype="location", content=content, fields=fields)


def link(title: str, description: str, url: str, picurl: str) -> MemberMessage:
    content = {"title": title, "description": description, "url": url, "picurl": picurl}
    fields = [("Title", title), ("Description", description), ("Url", url), ("PicUrl", picurl)]
    return MemberMessage(msgtype="link", content=content, fields=fields)


def send_message(
    app: App, member: Member, message: MemberMessage, *, faults: CallbackFaults = NO_FAULTS
) -> tuple[Entry, Callback]:
    """Put a message into the member's chat, and send its callback to the application."""
    activate(member)
    now = clock.now()
    row = Message.objects.create(
        app=app,
        sender=member,
        msgtype=message.msgtype,
        content=message.content,
        msgid=secrets.token_urlsafe(24),
        sent_at=now,
    )
    entry = Entry.objects.create(message=row, member=member, app=app, received=False, at=now, read=True)
    callback = enqueue_callback(app, member.userid, message.msgtype, message.fields, message=row, faults=faults)
    live_updates.entry_added(entry)
    return entry, callback


def send_event(
    app: App, member: Member, name: str, fields: Sequence[Field] = (), *, faults: CallbackFaults = NO_FAULTS
) -> Callback:
    """Send an event that the member caused. `fields` follow its name."""
    return enqueue_callback(app, member.userid, name, [("Event", name), *fields], faults=faults)


def activate(member: Member) -> None:
    """A member becomes active when they first use the application."""
    if member.status == Member.Status.INACTIVE:
        member.status = Member.Status.ACTIVE
        member.save(update_fields=["status"])


def change_member(
    member: Member, *, visible: bool | None, left: bool | None, name: str | None, licensed: bool | None = None
) -> Member:
    """Change a member without `change_contact`; they subscribe or unsubscribe where they become reachable or not."""
    before = member.reachable
    if visible is not None:
        member.visible = visible
    if left is not None:
        member.status = Member.Status.LEFT if left else Member.Status.ACTIVE
    if name is not None:
        member.name = name
    if licensed is not None:
        member.licensed = licensed
    member.save()
    if member.reachable != before:
        for app in apps_with_callback(member.corp):
            send_event(app, member, "subscribe" if member.reachable else "unsubscribe", [("EventKey", "")])
    live_updates.refresh()
    return member


def apps_with_callback(corp: Corp) -> list[App]:
    """The company's applications with a callback URL, without the contacts assistant."""
    rows = App.objects.filter(corp=corp).exclude(agent_id=App.ASSISTANT).exclude(callback_url="")
    return list(rows.select_related("corp"))
