"""The bytes of one call of message/send: equal only on purpose, because the platform swallows equal bytes."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from wecom.client.transport import encode_json
from wecom.exceptions import ContentError

RECIPIENTS = 1000
LONGEST_MEMORY = 14400  # seconds, of the duplicate check
SPARE = timedelta(minutes=10)  # before the platform forgets: its clock and ours differ, and a call takes time
REPEATS = 6000
"""How many equal messages differ: more than a member can get in the five hours that `duplicates` looks back.

The platform gives a member 1,000 messages of an application an hour and drops the rest.
"""
MEDIA = frozenset({"image", "voice", "video", "file"})
SAFE = frozenset({"text", "image", "video", "file", "mpnews"})  # which take the field, by the platform's table
CARRYING = frozenset({"media_id", "thumb_media_id"})


def build_body(
    *,
    recipients: Sequence[str],
    agent_id: int,
    msgtype: str,
    payload: Mapping[str, object],
    media_id: str = "",
    repeat: int = 0,
    options: Mapping[str, int] | None = None,
    carried: Mapping[str, str] | None = None,
) -> bytes:
    """The bytes of one call of message/send: equal arguments give equal bytes, another `repeat` gives others.

    `repeat`, below `REPEATS`, tells equal messages of a few hours apart: the platform swallows equal bytes for four.
    Only a card has another name then, its `task_id`, which the platform takes once. `carried` has the media IDs of
    files that the payload names by their upload. Raises `ContentError` for no or more than 1,000 recipients, and for
    media that were not uploaded.
    """
    if not 0 < len(recipients) <= RECIPIENTS or any(not name or "|" in name for name in recipients):
        remedy = "Send to more members in several messages."
        raise ContentError("A message goes to 1 to 1,000 members.", code="recipients", field="to", remedy=remedy)
    part = dict(payload)
    if repeat and "task_id" in part:
        part["task_id"] = f"{part['task_id']}@{repeat}"
    call: dict[str, object] = {"touser": "|".join(recipients), "msgtype": msgtype, "agentid": agent_id}
    call[msgtype] = fill_media_ids(msgtype, part, media_id=media_id, carried=carried or {})
    if msgtype in SAFE:
        call["safe"] = 0
    call |= options or {}
    call |= {"enable_duplicate_check": 1, "duplicate_check_interval": _memory(repeat)}
    return encode_json(call)


def fill_media_ids(
    msgtype: str, payload: Mapping[str, object], *, media_id: str, carried: Mapping[str, str]
) -> dict[str, object]:
    """A type's object with the media IDs in their places, its fields in the order of their names.

    Raises `ContentError` for a file that was not uploaded.
    """
    part = dict(payload)
    if msgtype in MEDIA:
        part["media_id"] = media_id or part.get("media_id") or ""
        if not part["media_id"]:
            raise ContentError("The file was not uploaded.", code="media", field="media_id", remedy="Upload it first.")
    filled = json.loads(json.dumps(part, sort_keys=True))
    if carried:
        _replace(filled, carried)
    return dict(filled)


def same_bytes_for(repeat: int) -> timedelta:
    """How long after the first call the bytes of a message may be sent again without a second one arriving."""
    return timedelta(seconds=_memory(repeat)) - SPARE


def _memory(repeat: int) -> int:
    """The seconds that the duplicate check is asked to remember a message: another number for each repeat.

    Only it differs between equal messages, since words, links and files go out as they were written. Whether the
    platform compares this field too is not documented.
    """
    return LONGEST_MEMORY - repeat


def _replace(value: Any, carried: Mapping[str, str]) -> None:
    """Write media IDs where uploads are named."""
    if isinstance(value, list):
        for item in value:
            _replace(item, carried)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name in CARRYING and item in carried:
                value[name] = carried[item]
            else:
                _replace(item, carried)
