"""The texts of a flow in another language than its own. An empty one falls back to the flow's own language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.text.slot_values import Choice, Slot, SlotType


@dataclass(frozen=True, kw_only=True)
class NodeWords:
    """The texts and the file of a state; of its choices those that have a label in this language, by value."""

    language: str
    text: str = ""
    title: str = ""
    link: str = ""
    picture_url: str = ""
    file: str = ""
    reminder: str = ""
    retry_text: str = ""
    choices: tuple[Choice, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "NodeWords":
        """The words of an `asdict` result."""
        return cls(**{**data, "choices": choices_of(data["choices"])})

    @classmethod
    def all_from_json(cls, data: Iterable[Mapping[str, Any]]) -> "tuple[NodeWords, ...]":
        return tuple(cls.from_json(one) for one in data)


@dataclass(frozen=True, kw_only=True)
class FlowWords:
    """The texts of the flow itself. A flow speaks the languages of these and its own."""

    language: str
    name: str = ""
    expire_text: str = ""


def choices_of(data: Iterable[Mapping[str, Any]]) -> tuple[Choice, ...]:
    """The choices of `asdict` results."""
    return tuple(Choice(**{**choice, "words": tuple(choice["words"])}) for choice in data)


def slot_of(data: Mapping[str, Any] | None) -> Slot | None:
    """The slot of an `asdict` result."""
    return Slot(**{**data, "type": SlotType(data["type"]), "choices": choices_of(data["choices"])}) if data else None
