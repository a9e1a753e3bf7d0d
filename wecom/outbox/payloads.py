"""The bytes of one call of message/send: equal only on purpose, because the platform swallows equal bytes."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wecom.client.transport import encode_json
from wecom.contents.splitting import TEXT, columns, size
from wecom.contents.validation import DESCRIPTION, INVISIBLE, TITLE
from wecom.exceptions import ContentError

RECIPIENTS = 1000
REMEMBERED = 14400  # seconds: the longest memory of the duplicate check
MEDIA = frozenset({"image", "voice", "video", "file"})
SAFE = frozenset({"text", "image", "video", "file", "mpnews"})  # which take the field, by the platform's table
CARRYING = frozenset({"media_id", "thumb_media_id"})


@dataclass(frozen=True, kw_only=True)
class MarkableField:
    """A field that may carry an invisible suffix: the way to it, and how long it may be with that."""

    path: tuple[str | int, ...]
    limit: int
    length: Callable[[str], int] = size
    may_be_empty: bool = False


# By type, the best place first. Only a place with words is marked: a suffix alone would take up a line of its own.
MARKABLE_FIELDS: dict[str, tuple[MarkableField, ...]] = {
    "text": (MarkableField(path=("content",), limit=TEXT),),
    "markdown": (MarkableField(path=("content",), limit=TEXT),),
    "video": (
        MarkableField(path=("description",), limit=DESCRIPTION, may_be_empty=True),
        MarkableField(path=("title",), limit=TITLE),
    ),
    "textcard": (MarkableField(path=("description",), limit=DESCRIPTION), MarkableField(path=("title",), limit=TITLE)),
    "news": (
        MarkableField(path=("articles", 0, "title"), limit=TITLE),
        MarkableField(path=("articles", 0, "description"), limit=DESCRIPTION),
    ),
    "mpnews": (
        MarkableField(path=("articles", 0, "title"), limit=TITLE),
        MarkableField(path=("articles", 0, "digest"), limit=DESCRIPTION),
        MarkableField(path=("articles", 0, "content"), limit=666 * 1024),
    ),
    "miniprogram_notice": (
        MarkableField(path=("content_item", 0, "value"), limit=60, length=columns),
        MarkableField(path=("description",), limit=24, length=columns),
        MarkableField(path=("title",), limit=24, length=columns),
    ),
}


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

    `repeat` counts the equal messages that went before: the platform swallows equal bytes for four hours. `carried` has
    the media IDs of files that the payload names by their upload. Raises `ContentError` for no or more than 1,000
    recipients, and for media that were not uploaded.
    """
    if not 0 < len(recipients) <= RECIPIENTS or any(not name or "|" in name for name in recipients):
        remedy = "Send to more members in several messages."
        raise ContentError("A message goes to 1 to 1,000 members.", code="recipients", field="to", remedy=remedy)
    part, remembered = _repeated(msgtype, dict(payload), repeat)
    call: dict[str, object] = {"touser": "|".join(recipients), "msgtype": msgtype, "agentid": agent_id}
    call[msgtype] = fill_media_ids(msgtype, part, media_id=media_id, carried=carried or {})
    if msgtype in SAFE:
        call["safe"] = 0
    call |= options or {}
    call |= {"enable_duplicate_check": 1, "duplicate_check_interval": remembered}
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
    found = json.loads(json.dumps(part, sort_keys=True))
    if carried:
        _replace(found, carried)
    return dict(found)


def add_invisible_suffix(text: str, n: int) -> str:
    """The text with an invisible suffix that is different for each n; n = 0 adds nothing."""
    suffix = ""
    while n > 0:
        n, digit = divmod(n - 1, len(INVISIBLE))
        suffix += INVISIBLE[digit]
    return text.rstrip(INVISIBLE) + suffix


def _repeated(msgtype: str, part: dict[str, object], repeat: int) -> tuple[dict[str, object], int]:
    """The type's object, and the memory asked of the duplicate check: one of the two tells a repeat from the first."""
    if repeat == 0:
        return part, REMEMBERED
    if "task_id" in part:  # which the platform takes once
        return {**part, "task_id": f"{part['task_id']}@{repeat}"}, REMEMBERED
    part = json.loads(json.dumps(part))
    for place in MARKABLE_FIELDS.get(msgtype, ()):
        if _mark(part, place, repeat):
            return part, REMEMBERED
    # A file that is not ours has no words and no second upload, and a full text has no room.
    return part, REMEMBERED - (repeat - 1) % 600 - 1


def _mark(part: Any, place: MarkableField, repeat: int) -> bool:
    """Put the suffix there; False where there are no words or no room."""
    *way, last = place.path
    for step in way:
        try:
            part = part[step]
        except (LookupError, TypeError):
            return False
    text = part.get(last) or ""
    if not text and not place.may_be_empty:
        return False
    marked = add_invisible_suffix(text, repeat)
    if place.length(marked) > place.limit:
        return False
    part[last] = marked
    return True


def _replace(value: Any, carried: Mapping[str, str]) -> None:
    """Write media IDs where uploads are named."""
    if isinstance(value, list):
        for one in value:
            _replace(one, carried)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name in CARRYING and one in carried:
                value[name] = carried[one]
            else:
                _replace(one, carried)
