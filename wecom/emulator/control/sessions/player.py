"""Control API: replays a recorded session to the application, and compares the messages that members receive.

Recorded pauses are skipped: the next action follows once as many messages have arrived as were recorded before it, or
none has arrived for a while.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from wecom.emulator import database, live_updates
from wecom.emulator.actors import card_buttons, member_acts
from wecom.emulator.actors.exceptions import ButtonError
from wecom.emulator.callbacks.dispatcher import DISPATCHER
from wecom.emulator.callbacks.envelope import Field
from wecom.emulator.control.json_views import ControlError, ControlRequest, Result
from wecom.emulator.control.sessions import sample_media
from wecom.emulator.control.sessions.anonymizer import Anonymizer
from wecom.emulator.control.sessions.recorder import FORMAT, received_message
from wecom.emulator.messages import cards
from wecom.emulator.models import App, Callback, Entry, Member

POLL_INTERVAL = 0.05
PATIENCE = 10.0  # seconds without a new message after which the replay goes on
LONGEST_PATIENCE = 300.0


@dataclass(kw_only=True)
class Replay:
    """A replay under way.

    `members` play the recording's persons. `since` is the last entry that each had before, `expected` the number of
    messages that each should have received so far.
    """

    app: App
    members: dict[str, Member]
    steps: list[dict[str, Any]]
    patience: float
    words: bool
    base_url: str
    since: dict[str, int]
    expected: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def received(self, person: str) -> QuerySet[Entry]:
        """The messages of the person in this replay."""
        rows = Entry.objects.filter(app=self.app, member=self.members[person], received=True, pk__gt=self.since[person])
        return rows.select_related("message", "member").order_by("pk")


def prepare(request: ControlRequest) -> Result:
    """Check the `recording`. `members` may play its persons ({"person1": "zhangsan"}); new members play the others."""
    recording = request.data.get("recording")
    steps = recording.get("steps") if isinstance(recording, dict) else None
    if not isinstance(recording, dict) or recording.get("format") != FORMAT or not isinstance(steps, list):
        raise ControlError(f"recording must be a file of the format {FORMAT}")
    if not all(isinstance(step, dict) and isinstance(step.get("who"), str) for step in steps):
        raise ControlError("every step of a recording names who")
    userids = request.data.get("members", {})
    if not isinstance(userids, dict):
        raise ControlError("members must be an object of user IDs")
    app, persons = request.app(), dict.fromkeys(str(step["who"]) for step in steps)
    played_by = {person: _member(app, person, str(userids.get(person) or "")) for person in persons}
    replay = Replay(
        app=app,
        members=played_by,
        steps=steps,
        patience=min(request.number("patience", PATIENCE), LONGEST_PATIENCE),
        words=recording.get("words") is not False,
        base_url=request.base_url,
        since={person: _newest_entry(app, member) for person, member in played_by.items()},
    )
    live_updates.refresh()
    return {"replay": replay}


def _member(app: App, person: str, userid: str) -> Member:
    """The member who plays a person: the given one, or one with the person's name, created where it is missing."""
    row = Member.objects.filter(corp=app.corp, userid__iexact=userid or person).first()
    if row is None and userid:
        raise ControlError(f"there is no member {userid!r}", 404)
    return row or Member.objects.create(corp=app.corp, userid=person, name=person, departments=[1])


def _newest_entry(app: App, member: Member) -> int:
    return Entry.objects.filter(app=app, member=member).order_by("-pk").values_list("pk", flat=True).first() or 0


async def run(_: ControlRequest, result: Result) -> Result:
    """Replay all steps, then report the differences."""
    replay: Replay = result["replay"]
    for number, step in enumerate(replay.steps, start=1):
        if "hears" in step:
            replay.expected[step["who"]] = replay.expected.get(step["who"], 0) + 1
            continue
        await _wait_for_messages(replay)
        await _perform(replay, number, step)
    await _wait_for_messages(replay)
    return await database.run(_report, replay)


async def _wait_for_messages(replay: Replay) -> None:
    total, quiet_since = -1, time.monotonic()
    while time.monotonic() - quiet_since < replay.patience:
        counts = await database.run(_received_counts, replay)
        if all(counts[person] >= expected for person, expected in replay.expected.items()):
            return
        if sum(counts.values()) != total:
            total, quiet_since = sum(counts.values()), time.monotonic()
        await asyncio.sleep(POLL_INTERVAL)


def _received_counts(replay: Replay) -> dict[str, int]:
    return {person: replay.received(person).count() for person in replay.members}


async def _perform(replay: Replay, number: int, step: dict[str, Any]) -> None:
    try:
        callback = await database.run(_act, replay, step)
    except (ButtonError, ControlError) as error:
        replay.failures.append(f"step {number}: {error.message}")
        return
    await asyncio.sleep(0)  # lets the dispatcher take the delivery
    await DISPATCHER.wait_until_settled(callback.pk, replay.patience)


@transaction.atomic
def _act(replay: Replay, step: dict[str, Any]) -> Callback:
    member = replay.members[step["who"]]
    if "says" in step:
        return member_acts.send_message(replay.app, member, _message(replay, dict(step["says"])))[1]
    if "presses" in step:
        entry = _card_with_key(replay, member, step["presses"])
        return card_buttons.press_card_button(entry, step["presses"], selected=step.get("selected"))
    return member_acts.send_event(replay.app, member, str(step.get("does")), _fields(step.get("fields", [])))


def _card_with_key(replay: Replay, member: Member, key: str) -> Entry:
    rows = Entry.objects.filter(app=replay.app, member=member, received=True, message__msgtype="template_card")
    for entry in rows.select_related("message", "member", "app__corp").order_by("-pk"):
        card = card_buttons.shown_card(entry)
        if cards.find_button(card, key) or cards.has_menu_key(card, key):
            return entry
    raise ButtonError(f"no card with {key!r} has come")


def _message(replay: Replay, message: dict[str, Any]) -> member_acts.MemberMessage:
    """The recorded message; its media are samples."""
    kind, corp = message.get("type"), replay.app.corp
    if kind == "text":
        return member_acts.text(str(message.get("content", "")))
    if kind == "location":
        return member_acts.location(message["latitude"], message["longitude"], str(message.get("label", "")))
    if kind == "link":
        return member_acts.link(
            str(message.get("title", "")), str(message.get("description", "")), str(message.get("url", "")), ""
        )
    if kind == "image":
        return member_acts.image(sample_media.store_image(corp), base_url=replay.base_url)
    if kind == "voice":
        return member_acts.voice(sample_media.store_voice(corp, seconds=float(message.get("seconds") or 1)))
    if kind == "video":
        return member_acts.video(sample_media.store_video(corp))
    raise ControlError(f"unknown kind of message: {kind!r}")


def _fields(pairs: list[Any]) -> list[Field]:
    return [(str(name), _fields(value) if isinstance(value, list) else str(value)) for name, value in pairs]


def _report(replay: Replay) -> Result:
    """The messages of each person, compared with the recording."""
    anonymizer = Anonymizer(Member.objects.filter(corp_id=replay.app.corp_id), words=replay.words)
    for member in replay.members.values():
        anonymizer.person(member.userid)
    recorded: dict[str, list[Any]] = {person: [] for person in replay.members}
    for step in replay.steps:
        if "hears" in step:
            recorded[step["who"]].append(step["hears"])
    differences: list[dict[str, Any]] = []
    count = 0
    for person, then in recorded.items():
        now = [received_message(entry, anonymizer) for entry in replay.received(person)]
        count += len(now)
        for position in range(max(len(now), len(then))):
            before = then[position] if position < len(then) else None
            after = now[position] if position < len(now) else None
            if before != after:
                differences.append({"who": person, "message": position + 1, "then": before, "now": after})
    return {
        "same": not differences and not replay.failures,
        "heard": count,
        "members": {person: member.userid for person, member in replay.members.items()},
        "failures": replay.failures,
        "differences": differences,
    }
