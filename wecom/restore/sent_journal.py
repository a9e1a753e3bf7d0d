"""A journal of the calls of message/send outside of the database, for a database that was restored from a backup.

A line is written before each call, and another one if the call certainly reached no member. There is a file per machine
and day in the folder `sent` beside `senders.json`: on a disk of the network, machines that append to one file overwrite
each other's lines (open(2), O_APPEND). Members stand in it as keyed digests, not by name.
"""

import base64
import hashlib
import json
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from core.work import process_identity

logger = logging.getLogger(__name__)

HOST = 64  # characters of a machine's name
DIGEST = 6  # bytes for each member: among a million two are alike once in 500 campaigns


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call: its attempt, its fingerprint, and the `digest` of each recipient, one after the other.

    `msgtype` is that of a file: made once more, such as a video, it has another fingerprint.
    """

    attempt: int
    fingerprint: str
    broadcast: str
    members: bytes
    cid: str = ""
    msgtype: str = ""


def digest(instance: str, user_id: str) -> bytes:
    """A member as the journal of one database names them."""
    return hashlib.blake2b(user_id.encode(), digest_size=DIGEST, key=instance.encode()).digest()


def split(members: bytes) -> Iterator[bytes]:
    """The digests of a call's members."""
    return (members[start : start + DIGEST] for start in range(0, len(members), DIGEST))


def call(
    instance: str,
    attempt: int,
    *,
    fingerprint: str,
    broadcast: str,
    to: Sequence[str],
    cid: str = "",
    msgtype: str = "",
) -> Call:
    """A call to these members. They are noted for broadcasts and files; content tells other messages."""
    members = b"".join(digest(instance, user_id) for user_id in to) if broadcast or msgtype else b""
    return Call(
        attempt=attempt, fingerprint=fingerprint, broadcast=broadcast, members=members, cid=cid, msgtype=msgtype
    )


def record_calls(instance: str, calls: Iterable[Call]) -> None:
    """Note that calls are about to be made."""
    _append(instance, [_line(sent) for sent in calls])


def record_refusals(instance: str, attempts: Iterable[int]) -> None:
    """Note that calls reached no member."""
    _append(instance, [{"attempt": attempt, "refused": True} for attempt in attempts])


def calls_after(instance: str, attempt: int) -> Iterator[Call]:
    """The calls of a database after one of its attempts, without those that reached no member; of a machine in
    order.
    """
    refused = {line["attempt"] for line in _lines(instance) if line.get("refused")}
    for line in _lines(instance):
        if line["attempt"] <= attempt or line["attempt"] in refused:
            continue
        yield Call(
            attempt=line["attempt"],
            fingerprint=str(line["fingerprint"]),
            broadcast=str(line.get("broadcast", "")),
            members=base64.b64decode(line.get("members", "")),
            cid=str(line.get("cid", "")),
            msgtype=str(line.get("msgtype", "")),
        )


def _folder() -> Path:
    return Path(settings.WECOM["RESTORE_GUARD_FILE"]).parent / "sent"


def _line(call: Call) -> dict[str, Any]:
    line: dict[str, Any] = {"attempt": call.attempt, "fingerprint": call.fingerprint}
    more = {"broadcast": call.broadcast, "cid": call.cid, "msgtype": call.msgtype}
    more["members"] = base64.b64encode(call.members).decode()
    return line | {name: value for name, value in more.items() if value}


def _append(instance: str, lines: Sequence[dict[str, Any]]) -> None:
    """Add lines in one write, which other processes cannot divide. A disk that is full does not stop sending."""
    path = _folder() / f"{instance}-{process_identity.host()[:HOST]}-{datetime.now(UTC):%Y-%m-%d}.jsonl"
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _delete_old(path.parent)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, "".join(f"{json.dumps(line)}\n" for line in lines).encode())
        finally:
            os.close(handle)
    except OSError as error:
        logger.error("The journal of sent messages cannot be written.", extra={"error": type(error).__name__})


def _delete_old(folder: Path) -> None:
    oldest = datetime.now(UTC).date() - timedelta(days=settings.WECOM["SENT_JOURNAL_DAYS"])
    for path in folder.glob("*-*.jsonl"):
        if _day_of(path) < oldest:
            path.unlink(missing_ok=True)


def _day_of(path: Path) -> date:
    return date.fromisoformat(path.stem[-10:])


def _lines(instance: str) -> Iterator[dict[str, Any]]:
    """The lines of a database, oldest first; without one that a crash has cut off."""
    for path in sorted(_folder().glob(f"{instance}-*.jsonl"), key=_day_of):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                try:
                    yield json.loads(line)
                except ValueError:
                    logger.warning("A line of the journal of sent messages cannot be read.")
