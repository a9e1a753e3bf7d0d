"""Problems of steps that run another flow. Reads values, not rows."""

import re
from collections.abc import Iterator, Mapping
from itertools import chain

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from conversations.flows.problems import Problem
from conversations.flows.subflows.library import Library, flows_in
from conversations.machine.edges import On
from conversations.machine.nodes.node import Node
from conversations.machine.subflows import MOST_LEVELS, Subflow
from conversations.machine.values import Machine
from core.text.placeholders import SLOT_PATTERN

Callers = Mapping[str, tuple[Subflow, ...]]


def problems(machine: Machine, library: Library, *, flow: int | None = None, callers: Callers) -> Iterator[Problem]:
    """All problems of a flow with the key `flow`. `callers` are the published steps that run it, by the name of their
    flow."""
    for node in machine.nodes:
        if node.subflow is not None:
            for code, words in _faults(node, node.subflow, library, flow):
                yield Problem(code=code, state=node.name, words=words)
    yield from _to_callers(machine, callers)


def silent_flows(library: Library) -> frozenset[int]:
    """The flows that may come to their end without waiting for anything."""
    return frozenset(pk for pk in library.flows if _is_silent(pk, library, ()))


def _is_silent(pk: int, library: Library, around: tuple[int, ...]) -> bool:
    machine = library.machine(pk)
    if machine is None or pk in around:
        return True  # it is not entered, and leads on at once
    seen, ahead = {machine.start}, [machine.start]
    while ahead:
        node = machine.node(ahead.pop())
        if node is None or (node.rests and not _passes(node, library, (*around, pk))):
            continue
        following = {edge.to for edge in node.leaving(On.NEXT)}
        if not following:
            return True
        ahead += following - seen
        seen |= following
    return False


def _passes(node: Node, library: Library, around: tuple[int, ...]) -> bool:
    inner = node.subflow.flow if node.subflow else None
    return inner is not None and _is_silent(inner, library, around)


def _faults(node: Node, subflow: Subflow, library: Library, flow: int | None) -> Iterator[tuple[str, str]]:
    row = library.known.get(subflow.flow) if subflow.flow else None
    machine = library.machine(subflow.flow)
    if subflow.flow == flow and flow is not None:
        yield "subflow_circle", _("It runs its own flow, without an end. Choose another one.")
    elif row is None:
        yield "no_subflow", _("It runs no flow. Choose one.")
    elif not row.enabled:
        yield "subflow_off", _("The sub-flow “%s” is switched off. Switch it on, or choose another one.") % row.name
    elif machine is None:
        yield "subflow_not_live", _("The sub-flow “%s” is not published. Publish it first.") % row.name
    else:
        yield from _depth(subflow, library, flow)
        yield from _answers(subflow, machine, row.name)


def _depth(subflow: Subflow, library: Library, flow: int | None) -> Iterator[tuple[str, str]]:
    assert subflow.flow is not None
    names = {pk: row.name for pk, row in library.known.items()}
    for way in _ways(subflow.flow, library, (subflow.flow,)):
        through = " → ".join(names[pk] for pk in way if pk in names)
        if way[-1] == flow or way[-1] in way[:-1]:
            words = _("Its sub-flow comes back to a flow that runs already: %s. Let one of them run another flow.")
            yield "subflow_circle", words % through
            return
        if len(way) >= MOST_LEVELS:
            words = _("More than %(most)d flows would run in one another: %(through)s. Let fewer do so.")
            yield "subflow_deep", words % {"most": MOST_LEVELS, "through": through}
            return


def _ways(pk: int, library: Library, way: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Each way from flow to flow, and each beginning of it, until one comes back or is too long."""
    yield way
    machine = library.machine(pk)
    if machine is None or way[-1] in way[:-1] or len(way) >= MOST_LEVELS:
        return
    for inner in flows_in(machine):
        yield from _ways(inner, library, (*way, inner))


def _answers(subflow: Subflow, machine: Machine, name: str) -> Iterator[tuple[str, str]]:
    for asked, _formula in subflow.given:
        if machine.slot(asked) is None:
            words = _("It passes “%(answer)s”, which “%(flow)s” does not ask for.")
            yield "unknown_slot", words % {"answer": asked, "flow": name}
    for own, theirs in subflow.results:
        if not re.fullmatch(SLOT_PATTERN, own):
            words = _("“%s” is no name of an answer. Begin with a small letter or a Chinese character, without blanks.")
            yield "result_name", words % own
        if machine.slot(theirs.removesuffix(".label")) is None:
            words = _("It takes over “%(answer)s”, which “%(flow)s” does not keep.")
            yield "unknown_slot", words % {"answer": theirs, "flow": name}


def _to_callers(machine: Machine, callers: Callers) -> Iterator[Problem]:
    """The answers that steps of other flows pass or take over by a name that this one no longer has."""
    for name, subflows in callers.items():
        used = chain.from_iterable(
            (*(asked for asked, _formula in one.given), *(theirs for _own, theirs in one.results)) for one in subflows
        )
        gone = [answer for answer in dict.fromkeys(used) if machine.slot(answer.removesuffix(".label")) is None]
        if gone:
            words = _("“%(flow)s” runs this flow with the answers %(answers)s, which it does not keep any more.")
            sentence = words % {
                "flow": name,
                "answers": pgettext("between the items of a list", ", ").join(f"“{answer}”" for answer in gone),
            }
            yield Problem(code="subflow_answers", words=sentence, is_error=False)
