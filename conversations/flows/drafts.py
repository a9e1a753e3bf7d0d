"""Turns a machine back into the rows that HR edits: to copy a flow, restore an older version, add an example."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from avatars.models import DigitalHuman, Presentation, RenderTemplate
from conversations.flows import journal, publication, succession, translations
from conversations.machine.calls import Call
from conversations.machine.edges import Guard
from conversations.machine.subflows import Subflow
from conversations.machine.values import Machine, Node
from conversations.models import DraftSnapshot, Flow, FlowVersion, State, Topic, Transition
from core.text.placeholders import value_lines
from core.text.slot_values import Slot, SlotType

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
    models = (DigitalHuman, RenderTemplate, Presentation)
    known = [set(model._default_manager.values_list("pk", flat=True)) for model in models]
    states: dict[str, State] = {}
    ordered = succession.without_defaults(sorted(machine.nodes, key=lambda node: node.key != machine.start))
    for position, node in enumerate(ordered, start=1):
        states[node.key] = State.objects.create(**_fields(node, *known), flow=flow, position=position * 10)
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


def _fields(node: Node, humans: set[int], templates: set[int], presentations: set[int]) -> dict[str, object]:
    slot = node.slot or Slot(name="")
    return {
        "key": node.key,
        "name": node.name,
        "kind": node.kind.value,
        "text": node.text,
        "form": node.form,
        "title": node.title,
        "link": node.link,
        "picture_url": node.picture_url,
        "file": node.file,
        "second_file": translations.second_file(node),
        "slot": slot.name,
        "slot_type": slot.type.value,
        "choices": translations.choice_lines(slot.choices) if slot.type == SlotType.CHOICE else "",
        "as_card": node.as_card,
        "minimum": slot.minimum,
        "maximum": slot.maximum,
        "validator": node.validator,
        "file_types": node.file_types,
        "retry_text": slot.retry_text,
        "retries": slot.retries,
        "mode": node.mode,
        "digital_human_id": node.digital_human if node.digital_human in humans else None,
        "template_id": node.template if node.template in templates else None,
        "presentation_id": node.presentation if node.presentation in presentations else None,
        "values": value_lines(dict(node.values)),
        "formula": node.formula,
        **_duration(node.wait),
        **(_request(node.call) if node.call else {}),
        **(_run(node.subflow) if node.subflow else {}),
        "topic_id": node.topic if node.topic and Topic.objects.filter(pk=node.topic).exists() else None,
        "remind_after": node.remind_after,
        "reminder": node.reminder,
        "expire_after": node.expire_after,
        "translations": translations.rows_of_step(node),
    }


def _request(call: Call) -> dict[str, object]:
    return {
        **{"method": call.method.value, "url": call.url, "body": call.body},
        **{"seconds": call.seconds, "attempts": call.attempts},
        **{"headers": value_lines(dict(call.headers)), "results": value_lines(dict(call.results))},
    }


def _run(subflow: Subflow) -> dict[str, object]:
    is_there = Flow.objects.filter(pk=subflow.flow or 0).exists()
    lines = {"given": value_lines(dict(subflow.given)), "taken": value_lines(dict(subflow.results))}
    return {"subflow_id": subflow.flow if is_there else None, **lines}


def _duration(minutes: int | None) -> dict[str, object]:
    """A wait in the largest unit that divides it."""
    if minutes is None:
        return {"wait_for": None}
    unit = next(unit for unit in reversed(State.Unit) if minutes % unit == 0)
    return {"wait_for": minutes // unit, "wait_unit": unit}


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
