"""The meaning of an answer: a value, several candidates, or none. Pure.

Some answers mean more than their text says, such as the name of a colleague. Their meaning is looked up before the step
and comes as the text of `Act.ANSWER`, so that it can be recorded and replayed.
"""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime

from conversations.machine.places import Act, Offer, offers_of
from core.text.slot_values import LOOKED_UP, Slot, SlotType


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """The text `said` means this `value`, or one of those `offered`. `words` say why it is none, or ask which."""

    said: str = ""
    value: str | None = None
    label: str = ""
    offered: tuple[Offer, ...] = ()
    words: str = ""

    @property
    def is_answer(self) -> bool:
        """Whether it has to do with the question, if only as one of several, or as one that is refused."""
        return self.value is not None or bool(self.offered or self.words)

    @property
    def shown(self) -> str | None:
        """The answer as people read it; None if it is none."""
        return None if self.value is None else self.label or self.value

    def to_text(self) -> str:
        """As the text of an act."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> "Resolution":
        """Read a `to_text` result; another text is an answer without a meaning."""
        try:
            data = json.loads(text)
            offered = offers_of(data.get("offered", ()))
            told = {name: str(data.get(name, "")) for name in ("said", "label", "words")}
            value = data.get("value")
            return cls(**told, value=None if value is None else str(value), offered=offered)
        except (ValueError, LookupError, TypeError, AttributeError):
            return cls(said=text)


def resolve(
    slot: Slot, offered: tuple[Offer, ...], act: Act, text: str, *, today: date, now: datetime | None
) -> Resolution:
    """The meaning of a text, a tap or a looked-up value as the answer to a question, which may have `offered`
    choices."""
    if act == Act.ANSWER:
        resolution = Resolution.from_text(text)
        fits = resolution.value is not None and slot.parse(resolution.value, today=today, now=now) == resolution.value
        return resolution if fits or resolution.value is None else Resolution(said=resolution.said)
    choices = tuple(one.choice for one in offered)
    value = Slot(name=slot.name, type=SlotType.CHOICE, choices=choices).parse(text, today=today)
    if value is not None:
        name = next(one.name for one in offered if one.value == value)
        return Resolution(said=text, value=value, label=name)
    if act == Act.CHOOSE and slot.type in LOOKED_UP:
        return Resolution(said=text)  # a button that no longer stands
    value = slot.parse(text, today=today, now=now)
    return Resolution(said=text, value=value)
