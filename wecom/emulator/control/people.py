"""Control API, the people's side: members, what they send, what they received."""

import asyncio
import time
from dataclasses import replace
from typing import Any

from django.db.models import Count, Max

from wecom.emulator import database, live, media, presenters
from wecom.emulator.actors import members as people
from wecom.emulator.actors.members import Said
from wecom.emulator.callbacks import delivery, events
from wecom.emulator.control.events import fields, twist, write
from wecom.emulator.gateway.json_views import Control, ControlError, Result
from wecom.emulator.messages import cards
from wecom.emulator.models import App, Callback, Entry, Member
from wecom.emulator.phone import card_taps
from wecom.emulator.phone.card_taps import NotPressed

POLL = 0.03
LONGEST_WAIT = 60.0
KINDS = {"image", "voice", "video"}


def members(control: Control) -> Result:
    """Everybody of the company, with what waits unread and what came last."""
    app = control.app()
    chats = Entry.objects.filter(app=app).order_by()
    unread = dict(chats.filter(received=True, read=False).values_list("member").annotate(Count("pk")))
    newest = [pk for _, pk in chats.values_list("member").annotate(Max("pk"))]
    entries = Entry.objects.filter(pk__in=newest).select_related("message", "member", "app", "chat")
    last = {entry.member_id: presenters.entry(entry) for entry in entries}
    everybody = Member.objects.filter(corp=app.corp)
    return {
        "members": [
            {**presenters.member(one), "unread": unread.get(one.pk, 0), "last": last.get(one.pk)} for one in everybody
        ]
    }


def add_member(control: Control) -> Result:
    """A new employee. Fires no event: an administrator's import does not either."""
    corp = control.app().corp
    userid = control.text("userid")
    departments = control.data.get("departments", [1])
    if Member.objects.filter(corp=corp, userid__iexact=userid).exists():
        raise ControlError(f"there is already a member {userid!r}", 409)
    row = Member.objects.create(
        corp=corp,
        userid=userid,
        name=control.text("name", userid),
        position=control.text("position", ""),
        departments=departments,
    )
    live.refresh()
    return presenters.member(row)


def change_member(control: Control) -> Result:
    """`visible`, `left`, `licensed`, `name`."""
    name = control.text("name") if "name" in control.data else None
    flags = {flag: control.flag(flag) for flag in ("visible", "left", "licensed")}
    row = people.change(control.member(), name=name, **flags)
    return presenters.member(row)


def send(control: Control) -> Result:
    """A message from a member, or several at once as `messages`."""
    app, member = control.app(), control.member()
    said = _with_fields(control, _said(control, app))
    entry, callback = people.say(app, member, said, twist=twist(control))
    return {"entry": presenters.entry(entry), "callback": presenters.callback(callback)}


def _said(control: Control, app: App) -> Said:
    kind = control.text("type", "text")
    if kind == "text":
        return people.text(control.text("text"))
    if kind == "location":
        at = control.number("latitude", 23.134), control.number("longitude", 113.358)
        return people.location(*at, control.text("label", "广州市海珠区"))
    if kind == "link":
        title, url = control.text("title"), control.text("url")
        return people.link(title, control.text("description", ""), url, control.text("picurl", ""))
    if kind == "file" and not fields(control):
        raise ControlError("the platform hands no file messages to applications; with fields of your own one is sent")
    if kind not in KINDS and fields(control):
        return Said(msgtype=kind[:32], content={"content": f"[{kind}]"}, fields=[])
    if kind not in KINDS or control.upload is None:
        words = (
            "type must be text, location, link, or image, voice, video with an upload; any other one needs its fields"
        )
        raise ControlError(words)
    row = media.store(app.corp, kind, control.upload, by_member=True)
    if kind == "image":
        return people.picture(row, base_url=control.base_url)
    return people.voice(row) if kind == "voice" else people.video(row)


def _with_fields(control: Control, said: Said) -> Said:
    """`fields` change what the callback carries, not what the chat shows."""
    changed = fields(control)
    return replace(said, fields=write(events.merged(dict(said.fields), changed))) if changed else said


def press(control: Control) -> Result:
    """A button of a card in a member's chat, or an entry of its menu: of `entry`, else of the newest card that has this
    `key`. `selected` is {question_key: [option id, …]}."""
    rows = Entry.objects.filter(app=control.app(), member=control.member(), received=True)
    rows = rows.filter(message__msgtype="template_card").select_related("message", "member", "app__corp")
    key = control.text("key")
    if "entry" in control.data:
        entry = rows.filter(pk=int(control.number("entry"))).first()
    else:
        entry = next((row for row in rows.order_by("-pk") if _has(card_taps.shown(row), key)), None)
    if entry is None:
        raise ControlError("there is no such card", 404)
    try:
        callback = card_taps.press(entry, key, selected=_selected(control), twist=twist(control))
    except NotPressed as problem:
        raise ControlError(problem.words, 409) from problem
    return {"callback": presenters.callback(callback)}


def _has(card: dict[str, Any], key: str) -> bool:
    return cards.button(card, key) is not None or cards.in_menu(card, key)


def _selected(control: Control) -> card_taps.Selected:
    given = control.data.get("selected", {})
    lists = isinstance(given, dict) and all(isinstance(options, list) for options in given.values())
    if not lists:
        raise ControlError("selected must be an object with a list of option IDs for each question key")
    return {str(key): [str(option) for option in options] for key, options in given.items()}


async def until_settled(control: Control, result: Result) -> Result:
    """With `"wait": seconds`, answer only when the callbacks were delivered or given up, with their attempts."""
    seconds = min(control.number("wait", 0), LONGEST_WAIT)
    if seconds > 0:
        await asyncio.sleep(0)  # lets the courier take the parcels
        if "callback" in result:
            result["callback"] = await _settled(result["callback"], seconds)
        if "callbacks" in result:
            result["callbacks"] = [await _settled(one, seconds) for one in result["callbacks"]]
    return result


async def _settled(callback: Result, seconds: float) -> Result:
    await delivery.COURIER.settled(callback["id"], seconds)
    return await database.run(_callback, callback["id"])


def _callback(number: int) -> Result:
    return presenters.callback(Callback.objects.select_related("app").get(pk=number))


def ledger(control: Control) -> Result:
    """What people received, in order; `member` and `since` (an entry's id) narrow it."""
    app = control.app()
    rows = Entry.objects.filter(app=app, received=True, pk__gt=int(control.asked("since")))
    if control.query.get("member"):
        rows = rows.filter(member=control.member())
    rows = rows.select_related("message", "member", "app")[: int(control.asked("limit", 1000))]
    return {"entries": [presenters.entry(row) for row in rows]}


async def until_received(control: Control, result: Result) -> Result:
    """With `wait` seconds, look again until there are `count` entries (1) or the time is over."""
    end = time.monotonic() + min(control.asked("wait"), LONGEST_WAIT)
    count = int(control.asked("count", 1))
    looked_at = 0
    while len(result["entries"]) < count and time.monotonic() < end:
        await asyncio.sleep(POLL)
        written = await database.run(database.written)
        if written != looked_at:
            looked_at, result = written, await database.run(ledger, control)
    return result
