"""Turns a machine back into the rows that HR edits: to copy a flow, restore an older version, add an example."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from conversations.flows import journal, publication, succession, translations
from conversations.machine.edges import Guard
from conversations.machine.nodes.node import Node
from conversations.machine.values import Machine
from conversations.models import DraftSnapshot, Flow, FlowVersion, State, Transition

NAME_LENGTH = 60


@transaction.atomic
def load(flow: Flow, machine: Machine) -> None:
    """Replace the flow's states by those of the machine, with transitions where a step leads elsewhere than on."""
    fields = {"expire_after": machine.expire_after, "expire_text": machine.expire_text}
    fields |= translations.rows_of_flow(machine)
    for name, value in fields.items():
        setattr(flow, name, value)
    flow.save(update_fields=fields)
    flow.states.all().delete()
    states: dict[str, State] = {}
    ordered = succession.without_defaults(sorted(machine.nodes, key=lambda node: node.key != machine.start))
    for position, node in enumerate(ordered, start=1):
        states[node.key] = State.objects.create(**_fields(node), flow=flow, position=position * 10)
    Transition.objects.bulk_create(row for node in ordered for row in _transitions(node, states))


@transaction.atomic
def take_over(
    flow: Flow,
    steps: Sequence[tuple[State, Sequence[Transition], Mapping[str, Any]]],
    *,
    by: AbstractBaseUser | None = None,
) -> None:
    """Make the draft consist of these steps, each with its transitions and lists; the change can be undone.

    A step that has the primary key of a saved one takes its place, so that links to it stay.
    """
    journal.open_draft(flow)
    flow.states.exclude(pk__in=[state.pk for state, *_rest in steps if state.pk]).delete()
    for position, (state, _ways, lists) in enumerate(steps, start=1):
        state.flow, state.position = flow, position * 10
        state.save()
        for name, rows in lists.items():
            getattr(state, name).set(rows)
    Transition.objects.filter(state__flow=flow).delete()
    for state, ways, _lists in steps:
        for position, way in enumerate(ways, start=1):
            way.state, way.target, way.position = state, way.target, position * 10
    Transition.objects.bulk_create(way for _state, ways, _lists in steps for way in ways)
    journal.record(flow, DraftSnapshot.Change.IMPORTED, by=by)


@transaction.atomic
def duplicate(flow: Flow) -> Flow:
    """A copy of the draft under a new name, unpublished and without triggers."""
    copy = Flow.objects.create(name=_free_name(flow.name), description=flow.description, language=flow.language)
    load(copy, publication.draft(flow))
    return copy


@transaction.atomic
def restore(version: FlowVersion, *, by: AbstractBaseUser | None = None) -> None:
    """Replace the draft by this version, to edit it further. The live version stays, and the change can be undone."""
    journal.open_draft(version.flow)
    load(version.flow, publication.live_machine(version))
    journal.record(version.flow, DraftSnapshot.Change.RESTORED, by=by)


@transaction.atomic
def add_example(machine: Machine, *, by: AbstractBaseUser | None = None, **fields: str) -> Flow:
    """Create a flow from a machine and publish it; `fields` are more of `Flow`. Raises `FlowError` for a faulty one."""
    flow = Flow.objects.create(name=machine.name, language=machine.language, **fields)
    load(flow, machine)
    publication.publish(flow, by=by)
    flow.refresh_from_db()
    return flow


def _free_name(name: str) -> str:
    taken = set(Flow.objects.values_list("name", flat=True))
    for number in range(1, len(taken) + 2):
        ending = f" ({_('copy')})" if number == 1 else f" ({_('copy')} {number})"
        wanted = name[: NAME_LENGTH - len(ending)] + ending
        if wanted not in taken:
            return wanted
    raise AssertionError("More names were tried than are taken.")


def _fields(node: Node) -> dict[str, object]:
    """The columns of a row; a reference to a row deleted since is empty."""
    row: dict[str, object] = {
        **node.to_row(),
        "key": node.key,
        "name": node.name,
        "kind": node.kind,
        "text": node.text,
        "second_file": translations.second_file(node),
        "translations": translations.rows_of_step(node),
    }
    for field in State._meta.concrete_fields:
        named = row.get(field.attname) if field.is_relation else None
        if named is not None and not field.related_model._default_manager.filter(pk=named).exists():  # type: ignore[union-attr]
            row[field.attname] = None
    return row


def _transitions(node: Node, states: dict[str, State]) -> list[Transition]:
    return [
        Transition(
            state=states[node.key],
            position=position * 10,
            when=edge.on.value,
            target=states[edge.to],
            **_condition(node, edge.guard),
        )
        for position, edge in enumerate(node.edges, start=1)
        if edge.to in states
    ]


def _condition(node: Node, guard: Guard | None) -> dict[str, str]:
    if guard is None:
        return {}
    is_own = node.slot is not None and node.slot.name == guard.slot
    return {"slot": "" if is_own else guard.slot, "test": guard.operator.value, "value": guard.value}
