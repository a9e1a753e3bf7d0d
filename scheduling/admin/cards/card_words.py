"""A card in words, as an approver reads it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.text import capfirst

from scheduling.admin.cards.card_field import HIDDEN, PLACES
from scheduling.campaigns.cards.conversion import parts_of
from scheduling.campaigns.cards.parts import ACTIONS, KINDS, Part, PartList


def card_lines(card: Mapping[str, Any]) -> list[str]:
    """Its kind, and each part with its label; the JSON of a card that has other parts, one key a line."""
    parts = parts_of(card)
    if parts is None:
        return [f"{key}: {text}" for key, text in card.items()]
    kind = KINDS[parts["kind"]]
    lines = [capfirst(str(kind.label))]
    every: list[Part | PartList] = [*kind.parts, *kind.lists]
    for piece in sorted(every, key=lambda part: PLACES.index(part.name)):
        value, label = parts[piece.name], capfirst(str(piece.label))
        if isinstance(piece, PartList):
            lines += [f"{label} {number}: {' · '.join(_cells(piece, row))}" for number, row in enumerate(value, 1)]
        elif value:
            lines.append(label if value is True else f"{label}: {value}")
    return lines


def _cells(rows: PartList, row: Mapping[str, Any]) -> Iterator[str]:
    actions = {key: str(label) for key, label in ACTIONS}
    for column in rows.columns:
        value = row[column.name]
        if value and column.name not in (*HIDDEN, "key"):
            yield actions[value] if column.name == "action" else " / ".join(str(value).splitlines())
