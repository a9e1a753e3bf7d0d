"""Ask and wait for the answer."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from conversations.machine.edges import Edge, On
from conversations.machine.effects import Ask, Form, Notify, Say
from conversations.machine.nodes.declarations import Column, Drawing, Fault, gettext_noop, named
from conversations.machine.nodes.node import Line, Node, Walk, Wording
from conversations.machine.nodes.registry import register
from conversations.machine.notices import MISSES, Notice
from conversations.machine.places import Act, Outcome, Place
from conversations.machine.resolution import Resolution, resolve
from conversations.machine.words import slot_of
from core.text.slot_values import RECEIVED, TYPED, Slot, SlotType, choice_lines, is_blank, parse_choices

OFFERING = ("choice", "yes_no", "member", "department")
RECEIVING = ("picture", "file")
STORED = (Form.IMAGE, Form.FILE)


@register
@dataclass(frozen=True, kw_only=True)
class AskNode(Node):
    """A question. Times are minutes; a picture or a file may go before it."""

    kind = "ask"
    does = gettext_noop("ask and wait for the answer")
    order = 10
    drawing = Drawing(
        light="#2563eb",
        dark="#60a5fa",
        glyph="M9 9.6a3 3 0 1 1 4.4 2.6c-.9.5-1.4 1-1.4 1.9",
        solid="M10.8 17.2a1.2 1.2 0 1 0 2.4 0a1.2 1.2 0 1 0 -2.4 0z",
    )
    rests = True
    asks = True
    keeps = True
    asks_again = True
    ways = (On.NEXT, On.RETRIES, On.EXPIRED)
    forms = (Form.TEXT, Form.MARKDOWN, Form.IMAGE, Form.FILE)
    lines: ClassVar[tuple[Line, ...]] = (
        *(("form",), ("text",), (Column(name="file", only={"form": STORED}),), ("slot_type", "slot")),
        (Column(name="choices", only={"slot_type": ("choice",)}),),
        (Column(name="as_card", only={"slot_type": OFFERING}),),
        (
            Column(name="minimum", only={"slot_type": ("text", "number")}),
            Column(name="maximum", only={"slot_type": ("text", "number", *RECEIVING)}),
        ),
        (Column(name="file_types", only={"slot_type": RECEIVING}),),
        (Column(name="validator", only={"slot_type": tuple(str(one) for one in TYPED)}),),
        *(("retries", "retry_text"), ("remind_after", "reminder"), ("expire_after",)),
    )

    slot: Slot | None = field(default=None, metadata=named(gettext_noop("answer"), slot_of))
    as_card: bool = field(default=True, metadata=named(gettext_noop("with buttons")))
    remind_after: int | None = field(default=None, metadata=named(gettext_noop("remind after")))
    reminder: str = field(default="", metadata=named(gettext_noop("reminder")))
    expire_after: int = field(default=60, metadata=named(gettext_noop("give up after")))
    form: str = field(default=Form.TEXT.value, metadata=named(gettext_noop("form")))
    file: str = field(default="", metadata=named(gettext_noop("file")))
    validator: str = field(default="", metadata=named(gettext_noop("checked by")))
    file_types: str = field(default="", metadata=named(gettext_noop("kinds of files")))

    @property
    def takes_input(self) -> bool:
        return self.slot is not None

    @property
    def closing(self) -> Notice | None:
        """A last question is thanked for."""
        return Notice.DONE

    def enter(self, walk: Walk, place: Place, *, is_passed: bool) -> tuple[Place, bool]:
        """A question that is answered by `given` is skipped once. A picture or file goes before it, once."""
        if not is_passed and self._is_given(walk, place):
            return place, True
        if self.file:
            walk.do(Say(text="", form=Form(self.form), file=self.file))
        return self._ask(walk, place), False

    def take(self, walk: Walk, place: Place, act: Act, text: str) -> Place:
        match act:
            case Act.SAY | Act.CHOOSE | Act.ANSWER:
                assert self.slot is not None
                resolution = resolve(self.slot, place.offered, act, text, today=walk.today, now=walk.now)
                settle = self._missed if resolution.value is None else self._answered
                return settle(walk, place, resolution)
            case Act.BACK if place.path:
                return walk.back(place)
            case Act.BACK | Act.HELP:
                walk.do(Notify(notice=Notice.HELP if act == Act.HELP else Notice.AT_START))
                return self._ask(walk, place)
            case Act.REMIND:
                walk.tell(self.reminder, place, Notice.REMINDER)
                return replace(place, reminded=True)
            case Act.EXPIRE:
                return walk.way_out(self, place, On.EXPIRED, Notice.EXPIRED, Outcome.EXPIRED)
        return self._ask(walk, replace(place, reminded=False, outcome=None))

    def resume(self, walk: Walk, place: Place) -> Place:
        """Ask for the answer anew."""
        return walk.fail(place) if self.slot is None else self._ask(walk, place.without(self.slot.name))

    def _answered(self, walk: Walk, place: Place, found: Resolution) -> Place:
        assert self.slot is not None
        assert found.value is not None
        name = self.slot.name
        place = place.keeping({name: found.value}, {name: found.label} if found.label else None)
        place = replace(place, path=(*place.path, self.key), tries=0, reminded=False)
        return walk.enter(place, walk.leave(self, place))

    def _missed(self, walk: Walk, place: Place, found: Resolution) -> Place:
        """Ask which of several is meant, which is no miss the first time; or ask again."""
        assert self.slot is not None
        is_miss = not found.offered or bool(place.offered)
        place = replace(place, tries=place.tries + is_miss, reminded=False, offered=found.offered)
        if place.tries > self.slot.retries:
            return walk.way_out(self, replace(place, tries=0), On.RETRIES, Notice.GAVE_UP, Outcome.GAVE_UP)
        if found.offered:
            choices = tuple(one.choice for one in found.offered)
            walk.do(Ask(text=found.words, choices=choices, as_card=self.as_card))
            return place
        if found.words:
            walk.do(Say(text=found.words))
            return self._ask(walk, place)
        walk.tell(self.slot.retry_text, place, MISSES.get(self.slot.type, Notice.NOT_VALID))
        # A retry text repeats the question in its own way; choices are shown again all the same.
        return self._ask(walk, place) if self.slot.choices or not self.slot.retry_text else place

    def _ask(self, walk: Walk, place: Place) -> Place:
        choices = self.slot.choices if self.slot else ()
        markdown = self.form == Form.MARKDOWN
        walk.do(Ask(text=walk.fill(self.text, place), choices=choices, as_card=self.as_card, markdown=markdown))
        return replace(place, offered=())

    def _is_given(self, walk: Walk, place: Place) -> bool:
        """Whether the session was started with a valid answer to it."""
        slot = self.slot
        if slot is None or slot.name not in place.given or place.slots.get(slot.name) != place.given[slot.name]:
            return False
        return slot.parse(place.given[slot.name], today=walk.today, now=walk.now) == place.given[slot.name]

    def due_after(self, *, reminded: bool) -> int | None:
        reminds = self.remind_after and not reminded and self.remind_after < self.expire_after
        return self.remind_after if reminds else self.expire_after

    @property
    def expires_after(self) -> int | None:
        return self.expire_after

    def minutes_of(self, act: Act) -> int | None:
        return self.remind_after if act == Act.REMIND else super().minutes_of(act)

    def faults(self, others: Sequence[Node], *, flow_minutes: int | None = None) -> Iterator[Fault]:
        slot = self.slot
        if slot is None or not slot.name:
            words = gettext_noop("It asks, but its answer has no name. Fill in “keeps the answer as”.")
            yield Fault(code="no_slot", words=words)
            return
        if slot.minimum is not None and slot.maximum is not None and slot.minimum > slot.maximum:
            yield Fault(code="bounds", words=gettext_noop("“At least” is more than “at most”."))
        elif slot.type == SlotType.TEXT and slot.maximum is not None and slot.maximum < 1:
            words = gettext_noop("“At most” leaves no room for an answer; it counts characters.")
            yield Fault(code="bounds", words=words)
        if self.remind_after and self.remind_after >= self.expire_after:
            words = gettext_noop("It gives up before it reminds. Let it remind earlier.")
            yield Fault(code="late_reminder", words=words, is_error=False)
        for other in others:
            if other.asks and other.slot and other.slot.name == slot.name and other.slot.type != slot.type:
                words = gettext_noop(
                    "“%(step)s” keeps its answer as “%(slot)s” too, and has another kind of answer. Rename one of them."
                )
                yield Fault(code="slot_kinds", words=words, values={"step": other.name, "slot": slot.name})

    @property
    def lacks_text(self) -> bool:
        return is_blank(self.text)

    def leads_silently(self, silent_flows: Collection[int], *, asking: bool) -> tuple[Edge, ...]:
        return self.leaving(On.EXPIRED) if asking else ()

    @property
    def messages(self) -> tuple[str, ...]:
        return (self.said_text, self.reminder, self.slot.retry_text if self.slot else "")

    def summary(self, wording: Wording) -> str:
        """The code that checks the answer."""
        return (
            wording.translated(gettext_noop("checked: %s")) % wording.validator(self.validator)
            if self.validator
            else ""
        )

    @property
    def shown_answer(self) -> str:
        return self.slot.name if self.slot else ""

    def own_texts(self) -> dict[str, str]:
        if self.slot is None:
            return super().own_texts()
        choices = choice_lines(self.slot.choices) if self.slot.type == SlotType.CHOICE else ""
        return {"text": self.text, "choices": choices, "retry_text": self.slot.retry_text, "reminder": self.reminder}

    @classmethod
    def of_row(cls, row: Any) -> dict[str, Any]:
        slot_type = SlotType(row.slot_type)
        slot = Slot(
            name=row.slot,
            type=slot_type,
            choices=parse_choices(row.choices) if slot_type == SlotType.CHOICE else (),
            minimum=row.minimum,
            maximum=row.maximum,
            retry_text=row.retry_text.replace("\r\n", "\n"),
            retries=row.retries,
        )
        return {
            **super().of_row(row),
            "slot": slot,
            "as_card": row.as_card,
            "remind_after": row.remind_after,
            "reminder": row.reminder,
            "expire_after": row.expire_after,
            "form": row.form,
            "file": str(row.file.name or "") if row.form in STORED else "",
            "validator": row.validator if slot_type in TYPED else "",
            "file_types": row.file_types if slot_type in RECEIVED else "",
        }

    def to_row(self) -> dict[str, Any]:
        slot = self.slot or Slot(name="")
        return {
            **super().to_row(),
            "slot": slot.name,
            "slot_type": slot.type.value,
            "choices": choice_lines(slot.choices) if slot.type == SlotType.CHOICE else "",
            "minimum": slot.minimum,
            "maximum": slot.maximum,
            "retry_text": slot.retry_text,
            "retries": slot.retries,
            "as_card": self.as_card,
            "remind_after": self.remind_after,
            "reminder": self.reminder,
            "expire_after": self.expire_after,
            "form": self.form,
            "file": self.file,
            "validator": self.validator,
            "file_types": self.file_types,
        }
