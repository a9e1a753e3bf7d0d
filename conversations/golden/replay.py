"""Replays a conversation against a flow: the machine alone, without rows, messages and clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from conversations.flows import video_templates
from conversations.machine.commands import act_for
from conversations.machine.effects import Ask, CallService, Effect, HandOff, MakeVideo, Notify, Say, Sleep
from conversations.machine.formulas.values import Context
from conversations.machine.levels import Leg, Level, Published, Walk, advance
from conversations.machine.places import Act, Outcome, Place
from conversations.machine.resolution import Resolution
from conversations.machine.trace import Trace
from conversations.machine.values import Machine
from conversations.wording import flow_texts, handoff_texts

LONGEST = 100  # turns of a conversation


@dataclass(frozen=True, kw_only=True)
class Said:
    """One thing that the flow says: `sort` is "text", "video", "person", "call" or "wait"; `choices` are labels."""

    sort: str
    text: str
    choices: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"sort": self.sort, "text": self.text, "choices": list(self.choices)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Said":
        return cls(sort=data["sort"], text=data["text"], choices=tuple(data["choices"]))


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The act of the member – `text` is their words, or the value of a button –, and the words of the flow."""

    act: Act
    text: str
    said: tuple[Said, ...] = ()
    shown: str = ""

    def to_json(self) -> dict[str, Any]:
        replies = [reply.to_json() for reply in self.said]
        return {"act": self.act.value, "text": self.text, "shown": self.shown, "said": replies}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Turn":
        replies = tuple(map(Said.from_json, data["said"]))
        return cls(act=Act(data["act"]), text=data["text"], shown=data["shown"], said=replies)


@dataclass(frozen=True, kw_only=True)
class Replay:
    """A replayed conversation: as many turns as inputs, the reasons of all steps of this flow, and how it ended."""

    turns: tuple[Turn, ...]
    trace: Trace
    outcome: Outcome | None


def replay(
    machine: Machine, inputs: Iterable[tuple[Act, str]], *, context: Context, flows: Mapping[int, Published]
) -> Replay:
    """Replay a conversation; `context` has its moment, `flows` are those that steps can run. After its end, the flow
    says nothing.
    """
    turns, trace = list[Turn](), list[Any]()
    walk = Walk(levels=(Level(version=0, machine=machine),), legs=())
    for act, text in inputs:
        innermost = walk.levels[-1]
        shown_text = shown(innermost.machine, innermost.place, act, text)
        if act != Act.START and (walk.outcome is not None or not innermost.place.at):
            turns.append(Turn(act=act, text=text, shown=shown_text))
            continue
        walk = advance(walk.levels, act, text, flows=flows, today=context.today, now=context.now, context=context)
        trace += [entry for leg in walk.legs if not leg.depth for entry in leg.step.trace]
        replies = tuple(reply for leg in walk.legs for reply in _said_in(leg, machine.name))
        turns.append(Turn(act=act, text=text, shown=shown_text, said=replies))
    return Replay(turns=tuple(turns), trace=tuple(trace), outcome=walk.outcome)


def act_of(name: str, text: str) -> Act:
    """The act of an input as *Try it* sends it: a text may be a keyword that works anywhere."""
    if name != Act.SAY:
        return Act(name)
    keyword = act_for(text)
    # “Continue” is for sessions that have ended.
    return keyword if keyword and keyword != Act.RESUME else Act.SAY


def shown(machine: Machine, place: Place, act: Act, text: str) -> str:
    """The words that the member sees as their own: of a button its label."""
    if act == Act.ANSWER:
        return Resolution.from_text(text).said
    offered = next((offer.label for offer in place.offered if offer.value == text), None)
    if act == Act.CHOOSE and offered is not None:
        return offered
    node = machine.node(place.at)
    slot = node.slot if node else None
    return slot.label(text, language=machine.language) if act == Act.CHOOSE and slot else text


def _said_in(leg: Leg, name: str) -> list[Said]:
    with translation.override(leg.machine.language):
        return [_said(leg.machine, effect, name) for effect in leg.step.effects]


def _said(machine: Machine, effect: Effect, name: str) -> Said:
    match effect:
        case Say():
            return Said(sort="text", text=effect.text)
        case Ask():
            return Said(sort="text", text=effect.text, choices=tuple(choice.label for choice in effect.choices))
        case HandOff():
            return Said(sort="person", text=handoff_texts.tried())
        case CallService():
            return Said(sort="call", text=flow_texts.calls(effect.request.method, effect.request.url))
        case Sleep():
            return Said(sort="wait", text=flow_texts.sleeps(effect.until))
        case MakeVideo():
            return Said(sort="video", text=video_templates.preview(machine, effect))
        case Notify():
            return Said(sort="text", text=flow_texts.notice(effect.notice, name))
