"""A card's JSON, made of the parts that people fill in and read back. Pure.

A card that has more than these parts, such as a mini-program, is not read: `parts_of` gives None.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from scheduling.campaigns.cards.parts import ANSWER, CONFIRM, KINDS, OPEN, CardKind, PartList

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
    """The JSON of a card, without empty parts. Buttons and choices without a key get one of their own."""
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
    """JSON without its empty parts, which means the same."""
    if isinstance(value, Mapping):
        inside = {key: pruned(part) for key, part in value.items()}
        return {key: part for key, part in inside.items() if part not in (None, "", [], {}, False)}
    return [pruned(part) for part in value] if isinstance(value, (list, tuple)) else value


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
    """The values that a person wrote in a row."""
    return (value for name, value in row.items() if name not in ("action", "style", "key", "id", "ids"))


def _row_of(rows: PartList, item: Mapping[str, Any]) -> Parts:
    row: Parts = {column.name: _at(item, column.path) or "" for column in rows.columns}
    if rows.name == "buttons":
        row["action"] = CONFIRM if row["key"] == CONFIRM else ANSWER if "key" in item else OPEN
    elif rows.name == "selectors":
        row["choices"] = "\n".join(choice["text"] for choice in item["choices"])
        row["ids"] = {choice["text"]: choice["id"] for choice in item["choices"]}
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
    known, lines = row.get("ids") or {}, [line.strip() for line in (row.get("choices") or "").splitlines()]
    fresh = _keys(set(known.values()))
    choices = [{"id": known.get(text) or next(fresh), "text": text} for text in lines if text]
    return {"key": key, **({"title": row["title"]} if row.get("title") else {}), "choices": choices}


def _keys(taken: set[Any]) -> Iterator[str]:
    return (key for key in map(str, count(1)) if key not in taken)


def _at(value: Any, path: Sequence[str]) -> Any:
    for name in path:
        value = (value or {}).get(name)
    return value


def _put(value: dict[str, Any], path: Sequence[str], part: Any) -> None:
    if part in (None, "", [], False):
        return
    for name in path[:-1]:
        value = value.setdefault(name, {})
    value[path[-1]] = part
