"""Turns the rows that HR edits into a live version: draft, publish, roll back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.exceptions import FlowError
from conversations.flows import (
    lint,
    say_forms,
    succession,
    translations,
    video_templates,
)
from conversations.flows.problems import Problem
from conversations.flows.rules import calls, collisions, facts, files, formulas, modes, validators
from conversations.flows.rules import translations as translation_rules
from conversations.flows.subflows import callers, library
from conversations.flows.subflows import problems as subflow_problems
from conversations.machine.edges import Edge, Guard, On, Operator
from conversations.machine.nodes.node import Node
from conversations.machine.nodes.registry import kind_named
from conversations.machine.shown_facts import facts_shown
from conversations.machine.values import Machine
from conversations.models import Flow, FlowVersion, Session, SessionCaller, State, Transition
from conversations.signals import company_calendar, unknown_years_ahead
from conversations.wording import flow_texts
from core.text.slot_values import SlotType
from wecom.models import FactDefinition


def draft(flow: Flow, states: Sequence[State] | None = None) -> Machine:
    """The flow as its rows are now: a step leads to the next one by default. Its start is "" if it has no steps.

    `states` are its states in order, with their transitions and targets, if the caller has loaded them.
    """
    if states is None:
        states = list(flow.states.prefetch_related("transitions__target").order_by("position", "pk"))
    nodes = succession.with_defaults([_node(state, flow.language) for state in states])
    start = states[0].key if states else ""
    machine = Machine(
        name=flow.name,
        language=flow.language,
        start=start,
        nodes=nodes,
        expire_after=flow.expire_after,
        expire_text=flow.expire_text.replace("\r\n", "\n"),
    )
    return translations.translated(machine, flow, states)


def live_machine(version: FlowVersion) -> Machine:
    """The machine of a published version."""
    return version.machine


def readable(version: FlowVersion | None) -> Machine | None:
    """The machine of a version, for display; None if there is no version or its format is outdated."""
    try:
        return live_machine(version) if version else None
    except ValueError:
        return None


def check(flow: Flow, machine: Machine | None = None) -> list[Problem]:
    """Problems of the draft, errors first; an error prevents publishing. `machine` is the draft, if already built."""
    machine = machine or draft(flow)
    known = library.library_for([machine])
    silent = subflow_problems.silent_flows(known)
    knows_members = machine.formulas or facts_shown(machine)
    own_facts = list(FactDefinition.objects.values_list("key", flat=True)) if knows_members else []

    def of_texts(spoken: Machine) -> list[Problem]:
        problems = lint.lint(spoken, triggers=flow.trigger_words, commands=flow.commands, silent_flows=silent)
        return [*problems, *facts.problems(spoken, own_facts), *say_forms.problems(spoken)]

    problems = [*of_texts(machine), *translation_rules.problems(machine, of_texts)]
    problems += subflow_problems.problems(machine, known, flow=flow.pk, callers=callers.live_callers(flow))
    problems += [*modes.problems(machine), *collisions.problems(flow), *validators.problems(machine)]
    problems += [*video_templates.problems(machine), *files.problems(machine)]
    problems += [*formulas.problems(machine, own_facts), *calls.problems(machine)]
    problems += formulas.of_days(machine, unknown_years(machine))
    return sorted(problems, key=lambda problem: not problem.is_error)


def unknown_years(*machines: Machine, today: date | None = None) -> list[int]:
    """The years from this one on whose days are not known, if formulas of these flows ask for working days."""
    if not any(formulas.asks_for_days(formula) for machine in machines for formula in machine.formulas):
        return []
    return unknown_years_ahead(company_calendar(None), today or timezone.localdate())


@transaction.atomic
def publish(
    flow: Flow,
    machine: Machine | None = None,
    *,
    by: AbstractBaseUser | None = None,
    note: str = "",
    despite: str = "",
) -> FlowVersion:
    """Freeze the draft as a new version and make it live. Running sessions keep the version they began with.

    `machine` is the draft, if the caller has read it; `despite` is why golden conversations may differ. Raises
    `FlowError` if the draft has errors.
    """
    flow = Flow.objects.select_for_update().get(pk=flow.pk)
    machine = machine or draft(flow)  # read once: an edit between check and freeze has no effect
    errors = [problem for problem in check(flow, machine) if problem.is_error]
    if errors:
        words = " ".join(str(problem) for problem in errors)
        remedy = ngettext("Mend it and publish again.", "Mend them and publish again.", len(errors))
        raise FlowError(words, code="flow_has_errors", field="states", remedy=remedy)
    number = next_number(flow)
    version = FlowVersion(flow=flow, number=number, definition=machine.to_json(), note=note, despite=despite)
    version.published_by_id = by.pk if by else None
    version.save(force_insert=True)
    Flow.objects.filter(pk=flow.pk).update(live=version)
    return version


def next_number(flow: Flow) -> int:
    """The number of the version that is published next."""
    return (flow.versions.aggregate(last=Max("number"))["last"] or 0) + 1


@transaction.atomic
def roll_back(version: FlowVersion) -> None:
    """Make an older version live again. The draft stays as it is.

    Raises `FlowError` if a step of it runs a flow that is not published any more, or that runs this one by now.
    """
    machine = readable(version)
    known = library.library_for([machine] if machine else [])
    found = subflow_problems.problems(machine, known, flow=version.flow_id, callers={}) if machine else ()
    errors = [problem for problem in found if problem.is_error]
    if errors:
        remedy = _("Publish the draft, or mend the sub-flow.")
        raise FlowError(" ".join(map(str, errors)), code="flow_has_errors", field="states", remedy=remedy)
    Flow.objects.filter(pk=version.flow_id).update(live=version)


def is_changed(flow: Flow, states: Sequence[State] | None = None) -> bool:
    """Whether the draft differs from the live version; `states` as for `draft`."""
    # As machines: a version that is older than a field gets the field's default.
    return readable(flow.live) != draft(flow, states)


def sessions_by_state(flow: Flow) -> dict[str, int]:
    """The number of members who wait in each state, over all versions; those in a sub-flow at the step that runs it."""
    here = Session.objects.unfinished().filter(version__flow=flow).values_list("state", flat=True)
    below = SessionCaller.objects.filter(version__flow=flow, session__status__in=Session.UNFINISHED)
    return dict(Counter([*here, *below.values_list("state", flat=True)]))


def _node(state: State, language: str) -> Node:
    kind = kind_named(state.kind)
    node = kind(
        key=state.key,
        name=state.name,
        text=state.text.replace("\r\n", "\n"),
        edges=tuple(_edge(row, state) for row in state.transitions.all()) if kind.leads_on else (),
        **kind.of_row(state),
    )
    if node.slot is None or node.slot.type != SlotType.YES_NO:
        return node
    with translation.override(language):
        slot = replace(node.slot, choices=flow_texts.yes_no_choices())
    return replace(node, slot=slot)  # type: ignore[call-arg]


def _edge(row: Transition, state: State) -> Edge:
    operator = Operator(row.test)
    guard = None
    if operator != Operator.ALWAYS:
        slot = "" if operator == Operator.FORMULA else row.slot or state.slot
        guard = Guard(slot=slot, operator=operator, value=row.value)
    return Edge(to=row.target.key, on=On(row.when), guard=guard)
