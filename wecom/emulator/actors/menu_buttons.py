"""Buttons of the application's menu, as members press them: an event, and the messages that follow it.

Source: https://developer.work.weixin.qq.com/document/path/90231 for the buttons, 90240 for the events.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wecom.emulator.actors import member_acts
from wecom.emulator.actors.exceptions import ButtonError
from wecom.emulator.callbacks import documented_events
from wecom.emulator.gateway.endpoint_registry import Upload
from wecom.emulator.media.storage import store_media
from wecom.emulator.models import App, Callback, Entry, Media, Member

SCAN_TYPES = {"scancode_push", "scancode_waitmsg"}
MOST_PICTURES = {"pic_sysphoto": 1, "pic_photo_or_album": 9, "pic_weixin": 9}
LOCATION_TYPE = "location_select"


@dataclass(frozen=True, kw_only=True)
class Location:
    """A location on the map; `name` is of the place there."""

    latitude: float
    longitude: float
    label: str
    name: str = ""
    scale: int = 16


@dataclass(frozen=True, kw_only=True)
class ButtonInput:
    """The input that the button asks the member for: a scanned code, pictures, or a location."""

    code: str = ""
    code_type: str = "qrcode"
    pictures: Sequence[Upload] = ()
    location: Location | None = None


@dataclass(frozen=True, kw_only=True)
class ButtonResult:
    """The callbacks in order, the event first; and the messages that appeared in the chat."""

    callbacks: list[Callback]
    entries: list[Entry]


def find_menu_button(app: App, key: str) -> dict[str, Any]:
    """The button with this key, address or page. Raises `ButtonError`."""
    buttons = [button for top in app.menu for button in (top.get("sub_button") or [top])]
    for button in buttons:
        if key in {button.get("key"), button.get("url"), button.get("pagepath")}:
            return dict(button)
    raise ButtonError(f"the menu has no button {key!r}")


def press_menu_button(
    app: App, member: Member, button: dict[str, Any], entered: ButtonInput, *, base_url: str
) -> ButtonResult:
    """Press the button. Raises `ButtonError`, and `ApiError` for an invalid picture."""
    member_acts.activate(member)
    kind = button["type"]
    key = button.get("key") or button.get("url") or button["pagepath"]
    messages: list[member_acts.MemberMessage] = []
    fields: dict[str, Any] = {}
    if kind in SCAN_TYPES:
        if not entered.code:
            raise ButtonError("code is missing: what the scanned code says")
        fields = {"ScanCodeInfo": {"ScanType": entered.code_type, "ScanResult": entered.code}}
    elif kind in MOST_PICTURES:
        pictures = _store_pictures(app, kind, entered.pictures)
        messages = [member_acts.image(row, base_url=base_url) for row, _ in pictures]
        items = [{"PicMd5Sum": digest} for _, digest in pictures]
        fields = {"SendPicsInfo": {"Count": len(items), "PicList": {"item": items}}}
    elif kind == LOCATION_TYPE:
        if entered.location is None:
            raise ButtonError("latitude and longitude are missing: the place that is sent")
        at = entered.location
        messages = [member_acts.location(at.latitude, at.longitude, at.label, scale=at.scale)]
        fields = {"SendLocationInfo": _location_fields(at), "AppType": "wxwork"}
    event_fields = documented_events.to_fields({"EventKey": key, **fields})
    callbacks = [member_acts.send_event(app, member, kind, event_fields)]
    entries = []
    for message in messages:
        entry, callback = member_acts.send_message(app, member, message)
        callbacks.append(callback)
        entries.append(entry)
    return ButtonResult(callbacks=callbacks, entries=entries)


def _store_pictures(app: App, kind: str, uploads: Sequence[Upload]) -> list[tuple[Media, str]]:
    """The stored pictures, with the digests that the event carries."""
    most = MOST_PICTURES[kind]
    if not 1 <= len(uploads) <= most:
        raise ButtonError(f"{kind} takes 1 to {most} pictures" if most > 1 else f"{kind} takes one picture")
    return [
        (
            store_media(app.corp, "image", upload, by_member=True),
            hashlib.md5(upload.data, usedforsecurity=False).hexdigest(),
        )
        for upload in uploads
    ]


def _location_fields(location: Location) -> dict[str, str]:
    return {
        "Location_X": f"{location.latitude:g}",
        "Location_Y": f"{location.longitude:g}",
        "Scale": str(location.scale),
        "Label": location.label,
        "Poiname": location.name,
    }
