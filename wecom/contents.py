"""What goes out by message/send: one value per type, checked against the platform's limits, and the bytes of the call.

Source: https://developer.work.weixin.qq.com/document/path/90236. The platform counts bytes of UTF-8 and cuts what is
longer without a word, so lengths are checked here. Knows no framework.
"""

import json
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar, Protocol

from wecom.exceptions import ContentError

TEXT = 2048  # bytes, as all limits below but that of the button
TITLE, DESCRIPTION, URL = 128, 512, 2048
BUTTON = 4
RECIPIENTS = 1000
REMEMBERED = 14400  # seconds: the longest memory of the duplicate check
MEDIA = frozenset({"image", "voice", "video", "file"})
INVISIBLE = "\u200b\u200c\u2060"  # shown as nothing: zero-width space, non-joiner, word joiner
# The field of a type that may carry an invisible suffix, and its limit.
MARKED = {"text": ("content", TEXT), "video": ("description", DESCRIPTION), "textcard": ("description", DESCRIPTION)}
# Where a long text may be cut, the best first: paragraph, line, sentence, clause, word.
CUTS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\n(?:[ \t\r]*\n)+",
        r"\n",
        r"(?:[。！？!?；;…]+|\.(?=\s))[”’」』）)\"']*[ \t\u3000]?",
        r"[，、：,:](?!\d)[ \t]?",
        r"\s+",
    )
)
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S")
JOINERS = frozenset("\u200d\ufe0e\ufe0f")


class Content(Protocol):
    """A message of one type."""

    msgtype: ClassVar[str]

    def payload(self, media_id: str = "") -> dict[str, object]:
        """The type's object of the request. `media_id` replaces the value's own, which is "" until it is uploaded."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """1 to 2,048 bytes; longer text goes through `split_text`. Invisible characters at its end are dropped."""

    msgtype: ClassVar[str] = "text"
    content: str

    def __post_init__(self) -> None:
        _required("content", self.content.rstrip(INVISIBLE))
        _within("content", self.content, TEXT)

    def payload(self, media_id: str = "") -> dict[str, object]:
        return {"content": _clean(self.content)}


@dataclass(frozen=True, kw_only=True)
class Media:
    """A file that was uploaded, or will be: `media_id` is "" until then."""

    msgtype: ClassVar[str]
    media_id: str = ""

    def payload(self, media_id: str = "") -> dict[str, object]:
        return {"media_id": media_id or self.media_id}


@dataclass(frozen=True, kw_only=True)
class Image(Media):
    """A picture (JPG or PNG, up to 10 MB)."""

    msgtype: ClassVar[str] = "image"


@dataclass(frozen=True, kw_only=True)
class Voice(Media):
    """A recording (AMR, up to 2 MB and 60 s)."""

    msgtype: ClassVar[str] = "voice"


@dataclass(frozen=True, kw_only=True)
class File(Media):
    """Any file of up to 20 MB."""

    msgtype: ClassVar[str] = "file"


@dataclass(frozen=True, kw_only=True)
class Video(Media):
    """An MP4 of up to 10 MB, with a title of up to 128 and a description of up to 512 bytes."""

    msgtype: ClassVar[str] = "video"
    title: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        _within("title", self.title, TITLE)
        _within("description", self.description, DESCRIPTION)

    def payload(self, media_id: str = "") -> dict[str, object]:
        words = {"title": _clean(self.title), "description": _clean(self.description)}
        return {**super().payload(media_id), **words}


@dataclass(frozen=True, kw_only=True)
class TextCard:
    """A card with a link: title of up to 128 bytes, description 512, URL with its scheme, button 4 characters."""

    msgtype: ClassVar[str] = "textcard"
    title: str
    description: str
    url: str
    btn_text: str = ""

    def __post_init__(self) -> None:
        for name, value, limit in (
            ("title", self.title, TITLE),
            ("description", self.description, DESCRIPTION),
            ("url", self.url, URL),
        ):
            _required(name, value.strip())
            _within(name, value, limit)
        if not ADDRESS.match(self.url):
            remedy = "Begin it with https://."
            raise ContentError("The field url is no web address.", code="invalid", field="url", remedy=remedy)
        if len(self.btn_text) > BUTTON:
            raise _too_long("btn_text", f"{len(self.btn_text)} characters", f"{BUTTON} characters")

    def payload(self, media_id: str = "") -> dict[str, object]:
        card: dict[str, object] = {
            "title": _clean(self.title),
            "description": _clean(self.description),
            "url": self.url,
        }
        return {**card, "btntxt": _clean(self.btn_text)} if self.btn_text else card


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
        msgtype: dict(sorted(part.items())),
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


def split_text(text: str, limit: int = TEXT) -> list[str]:
    """Parts of at most `limit` (≥ 4) bytes that join to the text exactly, cut where a reader pauses; [] for ""."""
    if limit < 4:
        raise ValueError("A part must have room for one character.")
    ends = list(accumulate((_size(character) for character in text), initial=0))
    cuts = [[match.end() for match in pattern.finditer(text)] for pattern in CUTS] if ends[-1] > limit else []
    parts, start = [], 0
    while start < len(text):
        farthest = bisect_right(ends, ends[start] + limit) - 1
        end = farthest if farthest == len(text) else _cut(text, start, farthest, cuts)
        parts.append(text[start:end])
        start = end
    return parts


def truncate(text: str, limit: int) -> str:
    """The text in at most `limit` bytes; where it is cut, "…" ends it if that fits."""
    if _size(text) <= limit:
        return text
    ellipsis = "…" if limit >= _size("…") else ""
    ends = list(accumulate((_size(character) for character in text), initial=0))
    end = bisect_right(ends, limit - _size(ellipsis)) - 1
    whole = _border_before(text, 0, end)
    return text[: end if whole == 0 else whole].rstrip() + ellipsis


def _cut(text: str, start: int, farthest: int, cuts: list[list[int]]) -> int:
    """The best place up to `farthest`: the strongest pause in the second half, else the last at all."""
    lasts = [ends[bisect_right(ends, farthest) - 1] if ends and ends[0] <= farthest else start for ends in cuts]
    places = [place for place in lasts if place > start and _is_border(text, place)]
    middle = (start + farthest) // 2
    late = [place for place in places if place > middle]
    if places:
        return late[0] if late else max(places)
    whole = _border_before(text, start, farthest)
    return farthest if whole == start else whole


def _border_before(text: str, start: int, end: int) -> int:
    while end > start and not _is_border(text, end):
        end -= 1
    return end


def _is_border(text: str, place: int) -> bool:
    """Whether a reader sees two characters here, and not the two halves of one."""
    if place <= 0 or place >= len(text):
        return True
    before, after = text[place - 1], text[place]
    if before == "\u200d" or before + after == "\r\n" or after in JOINERS:
        return False
    if "\U0001f1e6" <= before <= "\U0001f1ff" and "\U0001f1e6" <= after <= "\U0001f1ff":
        return _flags_before(text, place) % 2 == 0
    modifier = "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f"
    return not modifier and not unicodedata.category(after).startswith("M")


def _flags_before(text: str, place: int) -> int:
    """How many regional indicators end here; two make a flag."""
    start = place
    while start > 0 and "\U0001f1e6" <= text[start - 1] <= "\U0001f1ff":
        start -= 1
    return place - start


def _repeated(msgtype: str, part: dict[str, object], repeat: int) -> tuple[dict[str, object], int]:
    """The type's object, and the memory asked of the duplicate check: one of the two tells a repeat from the first."""
    name, limit = MARKED.get(msgtype, ("", 0))
    marked = distinct(str(part.get(name, "")), repeat)
    if repeat == 0:
        return part, REMEMBERED
    if name and _size(marked) <= limit:
        return {**part, name: marked}, REMEMBERED
    return part, REMEMBERED - (repeat - 1) % 600 - 1  # a picture has no words, and a full text has no room


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _clean(text: str) -> str:
    """What UTF-8 can hold, in no more bytes: half a surrogate pair becomes the replacement character."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.rstrip(INVISIBLE)


def _required(name: str, value: str) -> None:
    if not value:
        raise ContentError(f"The field {name} is empty.", code="empty", field=name, remedy="Fill it in.")


def _within(name: str, value: str, limit: int) -> None:
    if _size(value) > limit:
        raise _too_long(name, f"{_size(value)} bytes", f"{limit} bytes")


def _too_long(name: str, size: str, limit: str) -> ContentError:
    words = f"The field {name} has {size}; the limit is {limit}."
    return ContentError(words, code="too_long", field=name, remedy="Shorten it; a Chinese character is 3 bytes.")
