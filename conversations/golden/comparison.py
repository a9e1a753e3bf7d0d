"""Compares golden conversations with the replies of a flow now, turn by turn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest

from conversations.golden.circumstances import Circumstances
from conversations.golden.replay import Replay, Said, Turn, replay
from conversations.machine.calls import Returned
from conversations.machine.formulas.values import Context, stored
from conversations.machine.levels import Published, speaking
from conversations.machine.places import Act
from conversations.machine.spoken import spoken_in
from conversations.machine.values import Machine
from conversations.models import Desk, GoldenConversation
from conversations.wording import flow_texts


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a turn: `sort` is "same", "gone" for a recorded line that is missing now, or "new"."""

    sort: str
    said: Said


@dataclass(frozen=True, kw_only=True)
class ComparedTurn:
    """A turn with the lines that stayed, are gone and are new."""

    turn: Turn
    lines: tuple[Line, ...]

    @property
    def returned(self) -> str:
        """The result of a call, in words; "" if the turn is not its end."""
        return flow_texts.returned(Returned.from_text(self.turn.text)) if self.turn.act == Act.RETURN else ""

    @property
    def differs(self) -> bool:
        return any(line.sort != "same" for line in self.lines)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A golden conversation beside the replies of the flow now."""

    golden: GoldenConversation
    turns: tuple[ComparedTurn, ...]
    now: Replay
    context: Context

    @property
    def moment(self) -> str:
        """When it happens, in the zone of the member that it plays; a template would turn a datetime to ours."""
        return f"{self.context.now:%Y-%m-%d %H:%M}"

    @property
    def language(self) -> str:
        """The name of the language that the flow speaks; "" for its own."""
        code = self.golden.circumstances.get("language", "")
        return str(Desk.Language(code).label) if code else ""

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The facts of the member that it plays, in words."""
        return sorted((name, stored(value)) for name, value in self.context.member.items())

    @property
    def differs(self) -> bool:
        return any(turn.differs for turn in self.turns) or self.outcome != self.golden.outcome

    @property
    def outcome(self) -> str:
        """How it ends now; "" if it does not end."""
        return self.now.outcome.value if self.now.outcome else ""


def compare(machine: Machine, golden: GoldenConversation, flows: Mapping[int, Published]) -> Comparison:
    """Replay a golden conversation on a flow and compare; `flows` are those that its steps can run."""
    turns = tuple(map(Turn.from_json, golden.turns))
    circumstances = Circumstances.from_json(golden.circumstances)
    context, language = circumstances.context(golden.happens_at), circumstances.language
    inputs = [(turn.act, turn.text) for turn in turns]
    now = replay(spoken_in(machine, language), inputs, context=context, flows=speaking(flows, language))
    compared = tuple(_compared(was, turn) for was, turn in zip(turns, now.turns, strict=True))
    return Comparison(golden=golden, turns=compared, now=now, context=context)


def compare_all(
    machine: Machine, goldens: Iterable[GoldenConversation], flows: Mapping[int, Published]
) -> list[Comparison]:
    """The golden conversations of a flow, each compared."""
    return [compare(machine, golden, flows) for golden in goldens]


def _compared(was: Turn, turn: Turn) -> ComparedTurn:
    lines = list[Line]()
    for before, after in zip_longest(was.said, turn.said):
        if before is not None and before == after:
            lines.append(Line(sort="same", said=before))
            continue
        if before is not None:
            lines.append(Line(sort="gone", said=before))
        if after is not None:
            lines.append(Line(sort="new", said=after))
    # Of a button that is gone, the label that it had.
    tapped = replace(turn, shown=was.shown) if turn.shown == turn.text else turn
    return ComparedTurn(turn=tapped, lines=tuple(lines))
