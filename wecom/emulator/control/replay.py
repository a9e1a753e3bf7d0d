"""Plays a recorded session to the application again: people do what they did, and what they get is compared.

Nobody waits as long as people did then: the next act follows once as much has arrived as was recorded before it, or
nothing came for a while.
"""

import asyncio
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from django.db import transaction

from wecom.emulator import database, live, media
from wecom.emulator.actors import members as people
from wecom.emulator.actors.members import Said
from wecom.emulator.callbacks import delivery
from wecom.emulator.callbacks.envelope import Field
from wecom.emulator.conf import options
from wecom.emulator.control import recorder
from wecom.emulator.control.recorder import FORMAT, Mask
from wecom.emulator.gateway.json_views import Control, ControlError, Result
from wecom.emulator.gateway.registry import Upload
from wecom.emulator.messages import cards
from wecom.emulator.models import App, Callback, Entry, Member
from wecom.emulator.phone import card_taps
from wecom.emulator.phone.card_taps import NotPressed

POLL = 0.05
PATIENCE = 10.0  # seconds without anything new after which the session goes on
MOST_PATIENCE = 300.0
SILENCE = b"\x7c"  # an AMR frame of 20 ms without sound
GREY_FILM = ("-f", "lavfi", "-i", "color=gray:size=160x120:rate=10:duration=1", "-pix_fmt", "yuv420p")


@dataclass(kw_only=True)
class Play:
    """A session under way. `since` is the last entry that each person had before."""

    app: App
    members: dict[str, Member]
    steps: list[dict[str, Any]]
    patience: float
    words: bool
    base_url: str
    since: dict[str, int]
    waited: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


def begin(control: Control) -> Result:
    """`recording`, and `members` who play: {"person1": "zhangsan"}; otherwise new people come for it."""
    given = control.data.get("recording")
    steps = given.get("steps") if isinstance(given, dict) else None
    if not isinstance(given, dict) or given.get("format") != FORMAT or not isinstance(steps, list):
        raise ControlError(f"recording must be a file of the format {FORMAT}")
    if not all(isinstance(step, dict) and isinstance(step.get("who"), str) for step in steps):
        raise ControlError("every step of a recording names who")
    casting = control.data.get("members", {})
    if not isinstance(casting, dict):
        raise ControlError("members must be an object of user IDs")
    names = dict.fromkeys(str(step["who"]) for step in steps)
    app = control.app()
    cast = {name: _member(app, name, str(casting.get(name) or "")) for name in names}
    since = {name: _newest(app, member) for name, member in cast.items()}
    patience = min(control.number("patience", PATIENCE), MOST_PATIENCE)
    play = Play(
        app=app,
        members=cast,
        steps=steps,
        patience=patience,
        words=given.get("words") is not False,
        base_url=control.base_url,
        since=since,
    )
    live.refresh()
    return {"play": play}


async def finish(_: Control, result: Result) -> Result:
    """Play to the end; then say, step by step, whether everybody got what they got then."""
    play: Play = result["play"]
    for number, step in enumerate(play.steps):
        if "hears" in step:
            play.waited[step["who"]] = play.waited.get(step["who"], 0) + 1
            continue
        await _until_heard(play)
        await _act(play, number, step)
    await _until_heard(play)
    return await database.run(_report, play)


async def _until_heard(play: Play) -> None:
    """Wait for as many messages as were recorded up to here."""
    seen, quiet_since = -1, time.monotonic()
    while time.monotonic() - quiet_since < play.patience:
        counts = await database.run(_counts, play)
        if all(counts[name] >= wanted for name, wanted in play.waited.items()):
            return
        if sum(counts.values()) != seen:
            seen, quiet_since = sum(counts.values()), time.monotonic()
        await asyncio.sleep(POLL)


def _counts(play: Play) -> dict[str, int]:
    return {name: _received(play, name).count() for name in play.members}


def _received(play: Play, name: str) -> Any:
    rows = Entry.objects.filter(app=play.app, member=play.members[name], received=True, pk__gt=play.since[name])
    return rows.select_related("message", "member").order_by("pk")


async def _act(play: Play, number: int, step: dict[str, Any]) -> None:
    try:
        callback = await database.run(_do, play, step)
    except (NotPressed, ControlError) as problem:
        play.failures.append(f"step {number + 1}: {problem.words}")
        return
    await asyncio.sleep(0)  # lets the courier take the parcel
    await delivery.COURIER.settled(callback.pk, play.patience)


def _do(play: Play, step: dict[str, Any]) -> Callback:
    member = play.members[step["who"]]
    with transaction.atomic():
        if "says" in step:
            return people.say(play.app, member, _said(play, dict(step["says"])))[1]
        if "presses" in step:
            return card_taps.press(_card(play, member, step["presses"]), step["presses"], selected=step.get("selected"))
        return people.event(play.app, member, str(step.get("does")), _fields(step.get("fields", [])))


def _card(play: Play, member: Member, key: str) -> Entry:
    rows = Entry.objects.filter(app=play.app, member=member, received=True, message__msgtype="template_card")
    for entry in rows.select_related("message", "member", "app__corp").order_by("-pk"):
        card = card_taps.shown(entry)
        if cards.button(card, key) or cards.in_menu(card, key):
            return entry
    raise NotPressed(f"no card with {key!r} has come")


def _said(play: Play, said: dict[str, Any]) -> Said:
    kind, corp = said.get("type"), play.app.corp
    if kind == "text":
        return people.text(str(said.get("content", "")))
    if kind == "location":
        return people.location(said["latitude"], said["longitude"], str(said.get("label", "")))
    if kind == "link":
        return people.link(str(said.get("title", "")), str(said.get("description", "")), str(said.get("url", "")), "")
    if kind == "image":
        picture = Upload(filename="picture.png", data=people.blank_png())
        return people.picture(media.store(corp, "image", picture), base_url=play.base_url)
    if kind == "voice":
        frames = round(float(said.get("seconds") or 1) * 50)
        return people.voice(media.store(corp, "voice", Upload(filename="v.amr", data=media.AMR + SILENCE * frames)))
    if kind == "video":
        return people.video(media.store(corp, "video", Upload(filename="film.mp4", data=_film())))
    raise ControlError(f"nobody can say {kind!r}")


def _film() -> bytes:
    """A second of grey, made once."""
    path: Path = options().media_dir / "grey.mp4"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        line = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *GREY_FILM, str(path)]
        subprocess.run(line, check=True)
    return path.read_bytes()


def _fields(given: list[Any]) -> list[Field]:
    return [(str(name), _fields(value) if isinstance(value, list) else str(value)) for name, value in given]


def _member(app: App, name: str, userid: str) -> Member:
    """Who plays this person: somebody who is there, or somebody new who is called so."""
    wanted = userid or name
    row = Member.objects.filter(corp=app.corp, userid__iexact=wanted).first()
    if row is None and userid:
        raise ControlError(f"there is no member {userid!r}", 404)
    return row or Member.objects.create(corp=app.corp, userid=name, name=name, departments=[1])


def _newest(app: App, member: Member) -> int:
    return Entry.objects.filter(app=app, member=member).order_by("-pk").values_list("pk", flat=True).first() or 0


def _report(play: Play) -> Result:
    """The steps in which people heard something, with what they heard this time."""
    mask = Mask(Member.objects.filter(corp_id=play.app.corp_id), words=play.words)
    for member in play.members.values():
        mask.person(member.userid)
    then: dict[str, list[Any]] = {name: [] for name in play.members}
    for step in play.steps:
        if "hears" in step:
            then[step["who"]].append(step["hears"])
    differences: list[dict[str, Any]] = []
    heard = 0
    for name, expected in then.items():
        got = [recorder.heard(entry, mask) for entry in _received(play, name)]
        heard += len(got)
        for position in range(max(len(got), len(expected))):
            before = expected[position] if position < len(expected) else None
            now = got[position] if position < len(got) else None
            if before != now:
                differences.append({"who": name, "message": position + 1, "then": before, "now": now})
    same = not differences and not play.failures
    return {
        "same": same,
        "heard": heard,
        "members": {name: member.userid for name, member in play.members.items()},
        "failures": play.failures,
        "differences": differences,
    }
