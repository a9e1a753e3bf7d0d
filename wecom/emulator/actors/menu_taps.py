"""What the buttons of an application's menu do on a member's phone: an event, and the messages that follow it.

Source: https://developer.work.weixin.qq.com/document/path/90231 for the buttons, 90240 for the events.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wecom.emulator import media
from wecom.emulator.actors import members
from wecom.emulator.actors.members import Said
from wecom.emulator.callbacks import events
from wecom.emulator.gateway.registry import Upload
from wecom.emulator.models import App, Callback, Entry, Media, Member

SCANS = {"scancode_push", "scancode_waitmsg"}
PICTURES = {"pic_sysphoto": 1, "pic_photo_or_album": 9, "pic_weixin": 9}  # how many at most
PLACE, MINI_PROGRAM = "location_select", "view_miniprogram"


class NotTapped(Exception):
    """There is no such button, or what it asks for is missing."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, kw_only=True)
class Place:
    """Somewhere on the map."""

    latitude: float
    longitude: float
    label: str
    name: str = ""  # of what stands there
    scale: int = 16


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the person did when the button asked: the code that was scanned, the pictures, the place."""

    code: str = ""
    code_type: str = "qrcode"
    pictures: Sequence[Upload] = ()
    place: Place | None = None


@dataclass(frozen=True, kw_only=True)
class Tapped:
    """The callbacks in order, the event first, and what appeared in the chat."""

    callbacks: list[Callback]
    entries: list[Entry]


def find(app: App, key: str) -> dict[str, Any]:
    """The button with this key, address or page. Raises `NotTapped`."""
    buttons = [one for top in app.menu for one in (top.get("sub_button") or [top])]
    for button in buttons:
        if key in {button.get("key"), button.get("url"), button.get("pagepath")}:
            return dict(button)
    raise NotTapped(f"the menu has no button {key!r}")


def tap(app: App, member: Member, button: dict[str, Any], given: Given, *, base_url: str) -> Tapped:
    """Press the button. Raises `NotTapped`, and `ApiError` for a picture that is none."""
    members.awake(member)
    kind = button["type"]
    key = button.get("key") or button.get("url") or button["pagepath"]
    said: list[Said] = []
    details: dict[str, Any] = {}
    if kind in SCANS:
        if not given.code:
            raise NotTapped("code is missing: what the scanned code says")
        details = {"ScanCodeInfo": {"ScanType": given.code_type, "ScanResult": given.code}}
    elif kind in PICTURES:
        pictures = _pictures(app, kind, given.pictures)
        said = [members.picture(row, base_url=base_url) for row, _ in pictures]
        listed = [{"PicMd5Sum": digest} for _, digest in pictures]
        details = {"SendPicsInfo": {"Count": len(listed), "PicList": {"item": listed}}}
    elif kind == PLACE:
        if given.place is None:
            raise NotTapped("latitude and longitude are missing: the place that is sent")
        said = [
            members.location(given.place.latitude, given.place.longitude, given.place.label, scale=given.place.scale)
        ]
        details = {"SendLocationInfo": _place(given.place), "AppType": "wxwork"}
    callbacks = [members.event(app, member, kind, events.written({"EventKey": key, **details}))]
    entries = []
    for one in said:
        entry, callback = members.say(app, member, one)
        callbacks.append(callback)
        entries.append(entry)
    return Tapped(callbacks=callbacks, entries=entries)


def _pictures(app: App, kind: str, uploads: Sequence[Upload]) -> list[tuple[Media, str]]:
    """The files, kept, with the digests that the event carries."""
    most = PICTURES[kind]
    if not 1 <= len(uploads) <= most:
        raise NotTapped(f"{kind} takes 1 to {most} pictures" if most > 1 else f"{kind} takes one picture")
    return [
        (
            media.store(app.corp, "image", one, by_member=True),
            hashlib.md5(one.data, usedforsecurity=False).hexdigest(),
        )
        for one in uploads
    ]


def _place(place: Place) -> dict[str, str]:
    return {
        "Location_X": f"{place.latitude:g}",
        "Location_Y": f"{place.longitude:g}",
        "Scale": str(place.scale),
        "Label": place.label,
        "Poiname": place.name,
    }
