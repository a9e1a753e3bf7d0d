"""What people do on their phones: write, send a picture, open the chat, join and leave."""

import secrets
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wecom.emulator import clock, live, media
from wecom.emulator.callbacks import enqueue
from wecom.emulator.callbacks.enqueue import PLAIN, Twist
from wecom.emulator.callbacks.envelope import Field
from wecom.emulator.gateway.registry import Upload
from wecom.emulator.models import App, Callback, Corp, Entry, Media, Member, Message

KINDS = ("text", "image", "voice", "video", "location", "link")  # each is made by the function of its name


@dataclass(frozen=True, kw_only=True)
class Said:
    """One message as the chat shows it (`content`) and as the callback carries it (`fields`)."""

    msgtype: str
    content: dict[str, Any]
    fields: Sequence[Field]


def say(app: App, member: Member, said: Said, *, twist: Twist = PLAIN) -> tuple[Entry, Callback]:
    """Put a message into the person's chat and tell the application."""
    awake(member)
    now = clock.now()
    message = Message.objects.create(
        app=app,
        sender=member,
        msgtype=said.msgtype,
        content=said.content,
        msgid=secrets.token_urlsafe(24),
        sent_at=now,
    )
    entry = Entry.objects.create(message=message, member=member, app=app, received=False, at=now, read=True)
    callback = enqueue.create(app, member.userid, said.msgtype, said.fields, message=message, twist=twist)
    live.entry(entry)
    return entry, callback


def awake(member: Member) -> None:
    """Who opens the application for the first time is active from then on."""
    if member.status == Member.Status.INACTIVE:
        member.status = Member.Status.ACTIVE
        member.save(update_fields=["status"])


def text(content: str) -> Said:
    return Said(msgtype="text", content={"content": content}, fields=[("Content", content)])


def picture(row: Media, *, base_url: str) -> Said:
    """`base_url` is where the application finds the emulator: a picture comes with an address of its own."""
    shown = media.describe(row)
    fields: list[Field] = [("PicUrl", base_url + shown["media_url"]), ("MediaId", row.media_id)]
    return Said(msgtype="image", content=shown, fields=fields)


def voice(row: Media) -> Said:
    return Said(msgtype="voice", content=media.describe(row), fields=[("MediaId", row.media_id), ("Format", "amr")])


def video(row: Media) -> Said:
    thumb = media.store(row.corp, "image", Upload(filename="thumb.png", data=blank_png()))
    fields: list[Field] = [("MediaId", row.media_id), ("ThumbMediaId", thumb.media_id)]
    return Said(msgtype="video", content=media.describe(row), fields=fields)


def location(latitude: float, longitude: float, label: str, *, scale: int = 20) -> Said:
    content = {"latitude": latitude, "longitude": longitude, "label": label}
    fields: list[Field] = [
        ("Location_X", latitude),
        ("Location_Y", longitude),
        ("Scale", scale),
        ("Label", label),
        ("AppType", "wxwork"),
    ]
    return Said(msgtype="location", content=content, fields=fields)


def link(title: str, description: str, url: str, picurl: str) -> Said:
    content = {"title": title, "description": description, "url": url, "picurl": picurl}
    fields = [("Title", title), ("Description", description), ("Url", url), ("PicUrl", picurl)]
    return Said(msgtype="link", content=content, fields=fields)


def event(app: App, member: Member, name: str, fields: Sequence[Field] = (), *, twist: Twist = PLAIN) -> Callback:
    """Something the person did without a message. `fields` follow the name."""
    return enqueue.create(app, member.userid, name, [("Event", name), *fields], twist=twist)


def change(
    member: Member, *, visible: bool | None, left: bool | None, name: str | None, licensed: bool | None = None
) -> Member:
    """Change a member; whoever enters or leaves the visible range subscribes or unsubscribes. See also `contacts`."""
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
        for app in listeners(member.corp):
            event(app, member, "subscribe" if member.reachable else "unsubscribe", [("EventKey", "")])
    live.refresh()
    return member


def listeners(corp: Corp) -> list[App]:
    """The applications that hear what becomes of the company's people: those with a callback URL."""
    rows = App.objects.filter(corp=corp).exclude(agent_id=App.ASSISTANT).exclude(callback_url="")
    return list(rows.select_related("corp"))


def blank_png() -> bytes:
    """One grey pixel: the picture that stands for a video."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return media.PNG + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\x00\x80")) + chunk(b"IEND", b"")
