"""The bytes of one call of message/send: equal only on purpose, because the platform swallows equal bytes."""

import json
from collections.abc import Mapping, Sequence

from wecom.bounds import DESCRIPTION, INVISIBLE
from wecom.exceptions import ContentError
from wecom.splitting import TEXT, size

RECIPIENTS = 1000
REMEMBERED = 14400  # seconds: the longest memory of the duplicate check
MEDIA = frozenset({"image", "voice", "video", "file"})
# The field of a type that may carry an invisible suffix, and its limit.
MARKED = {
    "text": ("content", TEXT),
    "markdown": ("content", TEXT),
    "video": ("description", DESCRIPTION),
    "textcard": ("description", DESCRIPTION),
}


def body(
    *,
    recipients: Sequence[str],
    agent_id: int,
    msgtype: str,
    payload: Mapping[str, object],
    media_id: str = "",
    repeat: int = 0,
) -> bytes:
    """The bytes of one call of message/send: equal arguments give equal bytes, another `repeat` gives others.

    `repeat` counts the equal messages that went before: the platform swallows equal bytes for four hours. Raises
    `ContentError` for no or more than 1,000 recipients, and for media that were not uploaded.
    """
    if not 0 < len(recipients) <= RECIPIENTS or any(not name or "|" in name for name in recipients):
        remedy = "Send to more members in several messages."
        raise ContentError("A message goes to 1 to 1,000 members.", code="recipients", field="to", remedy=remedy)
    part, remembered = _repeated(msgtype, dict(payload), repeat)
    if msgtype in MEDIA:
        part["media_id"] = media_id or part.get("media_id") or ""
        if not part["media_id"]:
            raise ContentError("The file was not uploaded.", code="media", field="media_id", remedy="Upload it first.")
    call = {
        "touser": "|".join(recipients),
        "msgtype": msgtype,
        "agentid": agent_id,
        msgtype: json.loads(json.dumps(part, sort_keys=True)),
        "safe": 0,
        "enable_duplicate_check": 1,
        "duplicate_check_interval": remembered,
    }
    return json.dumps(call, ensure_ascii=False, separators=(",", ":")).encode()


def distinct(text: str, n: int) -> str:
    """The text with an invisible suffix that is different for each n; n = 0 adds nothing."""
    suffix = ""
    while n > 0:
        n, digit = divmod(n - 1, len(INVISIBLE))
        suffix += INVISIBLE[digit]
    return text.rstrip(INVISIBLE) + suffix


def _repeated(msgtype: str, part: dict[str, object], repeat: int) -> tuple[dict[str, object], int]:
    """The type's object, and the memory asked of the duplicate check: one of the two tells a repeat from the first."""
    name, limit = MARKED.get(msgtype, ("", 0))
    marked = distinct(str(part.get(name, "")), repeat)
    if repeat == 0:
        return part, REMEMBERED
    if "task_id" in part:  # which the platform takes once
        return {**part, "task_id": f"{part['task_id']}@{repeat}"}, REMEMBERED
    if name and size(marked) <= limit:
        return {**part, name: marked}, REMEMBERED
    return part, REMEMBERED - (repeat - 1) % 600 - 1  # a picture has no words, and a full text has no room
