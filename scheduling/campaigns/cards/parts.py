"""The parts of cards as people fill them in, for each kind, and a card's JSON made of them and read back. Pure.

A card that has more than these parts, such as a mini-program, is not read: `parts_of` gives None.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.utils.translation import gettext_lazy as _

Words = Any  # translated where it is shown
CONFIRM = "confirm"
"""The key of a button that confirms. Any other key of ours is that of an answer."""
ANSWER, OPEN = "answer", "open"
ACTIONS = ((CONFIRM, _("confirms")), (ANSWER, _("is an answer")), (OPEN, _("opens a link")))


@dataclass(frozen=True, kw_only=True)
class Part:
    """A field of a card. At most `width` columns, of which a Chinese character takes two, `size` bytes or `length`."""

    name: str
    label: Words
    at: tuple[str, ...] = ()
    width: int = 0
    size: int = 0
    length: int = 0
    needed: bool = False
    is_address: bool = False
    is_switch: bool = False
    is_long: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        """Its place in the JSON."""
        return self.at or (self.name,)


@dataclass(frozen=True, kw_only=True)
class PartList:
    """Rows of a card: `least` to `most` of them, each with the same columns."""

    name: str
    label: Words
    one: Words
    columns: tuple[Part, ...]
    most: int
    at: tuple[str, ...] = ()
    least: int = 0

    @property
    def path(self) -> tuple[str, ...]:
        return self.at or (self.name,)


@dataclass(frozen=True, kw_only=True)
class CardKind:
    """What a kind of card has."""

    label: Words
    parts: tuple[Part, ...] = ()
    lists: tuple[PartList, ...] = ()


def _title(width: int = 72, *, needed: bool = True, size: int = 0) -> Part:
    return Part(name="title", label=_("title"), width=width, size=size, needed=needed)


def _description(width: int = 88, *, size: int = 0, needed: bool = False) -> Part:
    return Part(name="description", label=_("description"), width=width, size=size, needed=needed, is_long=True)


def _address(name: str, label: Words, *at: str, needed: bool = True) -> Part:
    return Part(name=name, label=label, at=at, size=2048, needed=needed, is_address=True)


TEXT = Part(name="text", label=_("text below"), width=320, is_long=True)
LINK = _address("url", _("link"), "link", "url")
SUBMIT = Part(name="submit", label=_("button that sends"), at=("submit", "text"), width=20, needed=True)
ROWS = PartList(
    name="rows",
    label=_("details"),
    one=_("line of details"),
    most=6,
    columns=(
        Part(name="name", label=_("name"), width=10, needed=True),
        Part(name="value", label=_("value"), width=60),
        _address("url", _("link"), "link", "url", needed=False),
    ),
)
JUMPS = PartList(
    name="jumps",
    label=_("links at the foot"),
    one=_("link at the foot"),
    most=3,
    columns=(Part(name="title", label=_("words"), width=36, needed=True), _address("url", _("link"), "link", "url")),
)
BUTTONS = PartList(
    name="buttons",
    label=_("buttons"),
    one=_("button"),
    least=1,
    most=6,
    columns=(
        Part(name="text", label=_("words"), width=20, needed=True),
        Part(name="action", label=_("what it does")),
        _address("url", _("link"), needed=False),
        Part(name="key", label=_("key"), size=1024),
        Part(name="style", label=_("colour")),
    ),
)
CHOICES = PartList(
    name="choices",
    label=_("choices"),
    one=_("choice"),
    at=("checkbox", "choices"),
    least=1,
    most=20,
    columns=(Part(name="text", label=_("words"), width=34, needed=True), Part(name="id", label=_("key"))),
)
SELECTORS = PartList(
    name="selectors",
    label=_("questions"),
    one=_("question"),
    least=1,
    most=3,
    columns=(
        Part(name="title", label=_("question"), width=320),
        Part(name="choices", label=_("choices, one a line"), needed=True, is_long=True),
        Part(name="key", label=_("key")),
        Part(name="ids", label=_("key")),
    ),
)
KINDS: Mapping[str, CardKind] = {
    "button_interaction": CardKind(
        label=_("card with buttons"),
        parts=(_title(), _description(), TEXT, _address("url", _("link"), "link", "url", needed=False)),
        lists=(BUTTONS, ROWS),
    ),
    "textcard": CardKind(
        label=_("text card"),
        parts=(
            _title(0, size=128),
            _description(0, size=512, needed=True),
            _address("url", _("link")),
            Part(name="btn_text", label=_("words of its link"), length=4),
        ),
    ),
    "news": CardKind(
        label=_("news with a picture"),
        lists=(
            PartList(
                name="articles",
                label=_("articles"),
                one=_("article"),
                least=1,
                most=8,
                columns=(
                    _title(0, size=128),
                    _description(0, size=512),
                    _address("url", _("link")),
                    _address("picture_url", _("address of the picture"), needed=False),
                ),
            ),
        ),
    ),
    "text_notice": CardKind(
        label=_("notice in words"),
        parts=(
            _title(needed=False),
            _description(),
            Part(name="figure", label=_("large figure"), at=("emphasis", "title"), width=28),
            Part(name="figure_text", label=_("what the figure says"), at=("emphasis", "text"), width=44),
            TEXT,
            LINK,
        ),
        lists=(ROWS, JUMPS),
    ),
    "news_notice": CardKind(
        label=_("notice with a picture"),
        parts=(_title(), _description(), _address("picture", _("address of the picture"), "picture", "url"), LINK),
        lists=(
            PartList(
                name="paragraphs",
                label=_("paragraphs"),
                one=_("paragraph"),
                most=4,
                columns=(
                    Part(name="title", label=_("title"), width=76, needed=True),
                    Part(name="text", label=_("text"), width=320, is_long=True),
                ),
            ),
            ROWS,
            JUMPS,
        ),
    ),
    "vote_interaction": CardKind(
        label=_("vote"),
        parts=(
            _title(32),
            _description(320),
            Part(name="several", label=_("several may be chosen"), at=("checkbox", "several"), is_switch=True),
            SUBMIT,
        ),
        lists=(CHOICES,),
    ),
    "multiple_interaction": CardKind(
        label=_("form with questions"), parts=(_title(), _description(320), SUBMIT), lists=(SELECTORS,)
    ),
}
FIRST = "button_interaction"
Parts = dict[str, Any]
"""The parts by name; lists are lists of the values of their columns."""


def is_empty(parts: Mapping[str, Any]) -> bool:
    """Whether nothing is filled in but the kind."""
    return not any(value for name, value in parts.items() if name not in ("kind", "question", "submit_key"))


def parts_of(card: Mapping[str, Any]) -> Parts | None:
    """The parts of a card, which make the same card again; None for one that has others."""
    kind = KINDS.get(str(card.get("kind")))
    if kind is None:
        return None
    try:
        parts: Parts = {"kind": card["kind"]}
        for part in kind.parts:
            parts[part.name] = _at(card, part.path) or ("" if not part.is_switch else False)
        for rows in kind.lists:
            parts[rows.name] = [_row_of(rows, item) for item in _at(card, rows.path) or ()]
        parts["question"], parts["submit_key"] = _at(card, ("checkbox", "key")), _at(card, ("submit", "key"))
        same = pruned(card_of(parts)) == pruned(card)
    except (AttributeError, KeyError, TypeError):
        return None  # JSON of another shape, which the checks of the card name
    return parts if same else None


def card_of(parts: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON of a card, without what is empty. Buttons and choices without a key get one of their own."""
    kind = KINDS[parts["kind"]]
    card: dict[str, Any] = {"kind": parts["kind"]}
    for part in kind.parts:
        _put(card, part.path, parts.get(part.name))
    for rows in kind.lists:
        filled = [row for row in parts.get(rows.name) or () if any(_seen(row))]
        _put(card, rows.path, [*_rows(rows, filled)])
    for name, key, usual in (("checkbox", "question", "choice"), ("submit", "submit_key", "send")):
        if name in card or parts.get(key):
            card.setdefault(name, {})["key"] = parts.get(key) or usual
    return card


def pruned(value: Any) -> Any:
    """JSON without what is empty, which says the same."""
    if isinstance(value, Mapping):
        inside = {key: pruned(one) for key, one in value.items()}
        return {key: one for key, one in inside.items() if one not in (None, "", [], {}, False)}
    return [pruned(one) for one in value] if isinstance(value, (list, tuple)) else value


def element_of(card: Mapping[str, Any], path: str) -> str:
    """The name of the part that a place in the JSON is, such as “buttons-0-text” for “buttons[0].text”."""
    kind = KINDS.get(str(card.get("kind")), CardKind(label=""))
    for part in kind.parts:
        if path == ".".join(part.path):
            return part.name
    for rows in kind.lists:
        if path == ".".join(rows.path):
            return rows.name
        head, _bracket, rest = path.removeprefix(".".join(rows.path)).partition("]")
        for column in rows.columns if head.startswith("[") else ():
            if rest.removeprefix(".") == ".".join(column.path):
                return f"{rows.name}-{head[1:]}-{column.name}"
    return ""


def _seen(row: Mapping[str, Any]) -> Iterator[Any]:
    """What a person wrote in a row."""
    return (value for name, value in row.items() if name not in ("action", "style", "key", "id", "ids"))


def _row_of(rows: PartList, item: Mapping[str, Any]) -> Parts:
    row: Parts = {column.name: _at(item, column.path) or "" for column in rows.columns}
    if rows.name == "buttons":
        row["action"] = CONFIRM if row["key"] == CONFIRM else ANSWER if "key" in item else OPEN
    elif rows.name == "selectors":
        row["choices"] = "\n".join(one["text"] for one in item["choices"])
        row["ids"] = {one["text"]: one["id"] for one in item["choices"]}
    return row


def _rows(rows: PartList, filled: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    taken = {row.get(name) for row in filled for name in ("key", "id")}
    fresh = _keys(taken)
    for row in filled:
        if rows.name == "buttons":
            yield _button(row, fresh)
        elif rows.name == "choices":
            yield {"id": row.get("id") or next(fresh), "text": row["text"]}
        elif rows.name == "selectors":
            yield _selector(row, row.get("key") or next(fresh))
        else:
            item: dict[str, Any] = {}
            for column in rows.columns:
                _put(item, column.path, row.get(column.name))
            yield item


def _button(row: Mapping[str, Any], fresh: Iterator[str]) -> dict[str, Any]:
    button: dict[str, Any] = {"text": row.get("text") or ""}
    if row.get("action") == OPEN:
        button["url"] = row.get("url") or ""
    elif row.get("action") == CONFIRM:
        button["key"] = CONFIRM
    else:
        kept = row.get("key") or ""
        button["key"] = kept if kept and kept != CONFIRM else next(fresh)
    if row.get("style"):
        button["style"] = int(row["style"])
    return button


def _selector(row: Mapping[str, Any], key: str) -> dict[str, Any]:
    known, words = row.get("ids") or {}, [line.strip() for line in (row.get("choices") or "").splitlines()]
    fresh = _keys(set(known.values()))
    choices = [{"id": known.get(text) or next(fresh), "text": text} for text in words if text]
    return {"key": key, **({"title": row["title"]} if row.get("title") else {}), "choices": choices}


def _keys(taken: set[Any]) -> Iterator[str]:
    return (key for key in map(str, count(1)) if key not in taken)


def _at(value: Any, path: Sequence[str]) -> Any:
    for name in path:
        value = (value or {}).get(name)
    return value


def _put(value: dict[str, Any], path: Sequence[str], one: Any) -> None:
    if one in (None, "", [], False):
        return
    for name in path[:-1]:
        value = value.setdefault(name, {})
    value[path[-1]] = one
