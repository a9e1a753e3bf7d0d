"""Changes of one step of a draft, each of which can be undone."""

from collections.abc import Iterable
from itertools import count

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, transaction
from django.utils.translation import gettext as _

from conversations.exceptions import FlowError
from conversations.flows import default_names, journal
from conversations.flows.succession import free_name
from conversations.machine.nodes.registry import kind_named
from conversations.models import DraftSnapshot, Flow, State, Transition
from core.text.slot_values import SlotType, parse_choices

GAP = 10
NAMED = 34  # characters of a name that a copy keeps, so that a number fits behind it
Change = DraftSnapshot.Change


@transaction.atomic
def save_step(
    step: State,
    *,
    parts: Iterable[models.Model] = (),
    removed: Iterable[models.Model] = (),
    after: State | None = None,
    by: AbstractBaseUser | None = None,
    seen: str | None = None,
) -> State:
    """Write a step with its parts, such as its transitions. A new one comes after another, or last.

    Raises `FlowError` if the draft has changed since the editor has `seen` it.
    """
    is_new = step.pk is None
    journal.open_draft(step.flow, seen)
    if is_new:
        step.position = _position(step.flow, after)
    step.save()
    for row in removed:
        row.delete()
    for row in parts:
        row.save()
    journal.record(step.flow, Change.ADDED if is_new else Change.SAVED, step=step.name, by=by)
    return step


@transaction.atomic
def copy_step(step: State, *, by: AbstractBaseUser | None = None, seen: str | None = None) -> State:
    """Add the same step once more after it, with its transitions; its answer gets a name of its own."""
    others = list(step.flow.states.all())
    ways = list(step.transitions.all())
    name = next(
        name for number in count(2) if (name := f"{step.name[:NAMED]} {number}") not in {one.name for one in others}
    )
    copy = State.objects.get(pk=step.pk)
    copy.pk, copy._state.adding = None, True
    copy.name = name
    copy.key = free_name(step.key[:NAMED], {one.key for one in others})
    if copy.slot:
        copy.slot = default_names.answer_name(step.slot, "", {one.slot for one in others})
    for way in ways:
        way.pk, way._state.adding, way.state = None, True, copy
    return save_step(copy, parts=ways, after=step, by=by, seen=seen)


@transaction.atomic
def remove_step(step: State, *, by: AbstractBaseUser | None = None, seen: str | None = None) -> None:
    """Delete a step with the transitions that lead to it."""
    journal.open_draft(step.flow, seen)
    step.delete()
    journal.record(step.flow, Change.REMOVED, step=step.name, by=by)


@transaction.atomic
def move_step(
    step: State, *, after: State | None = None, by: AbstractBaseUser | None = None, seen: str | None = None
) -> None:
    """Put a step after another one, or first. The first one starts the flow, and each leads to the next by default."""
    journal.open_draft(step.flow, seen)
    others = list(step.flow.states.exclude(pk=step.pk))
    place = others.index(after) + 1 if after else 0
    for number, state in enumerate((*others[:place], step, *others[place:]), start=1):
        State.objects.filter(pk=state.pk).update(position=number * GAP)
    step.refresh_from_db(fields=["position"])
    journal.record(step.flow, Change.MOVED, step=step.name, by=by)


@transaction.atomic
def connect(source: State, target: State, *, by: AbstractBaseUser | None = None, seen: str | None = None) -> Transition:
    """Let a step lead to another one.

    A question with choices gets a transition for its first choice without one. Otherwise a transition without a
    condition is led to the new target, or added.
    """
    if source.flow_id != target.flow_id:
        raise FlowError(_("Choose a step of the same flow."), code="other_flow", field="target")
    if not kind_named(source.kind).leads_on:
        words = _("“%s” ends the flow, so it leads nowhere.") % source.name
        remedy = _("Change what it does first.")
        raise FlowError(words, code="end_leads_nowhere", field="source", remedy=remedy)
    journal.open_draft(source.flow, seen)
    ways = list(source.transitions.filter(when=Transition.When.NEXT))
    always = next((way for way in ways if way.test == Transition.Test.ALWAYS), None)
    choice = _free_choice(source, ways)
    if choice:
        position = always.position if always else _last(ways) + GAP
        ways_after = source.transitions.filter(position__gte=position)
        ways_after.update(position=models.F("position") + GAP)
        way = Transition(state=source, position=position, test=Transition.Test.IS, value=choice)
    else:
        way = always or Transition(state=source, position=_last(ways) + GAP)
    way.target = target
    way.save()
    journal.record(source.flow, Change.CONNECTED, step=source.name, by=by)
    return way


def _free_choice(source: State, ways: Iterable[Transition]) -> str:
    """The first choice of a question that no transition names; "" if it has none."""
    if not kind_named(source.kind).asks:
        return ""
    choices = [choice.value for choice in parse_choices(source.choices)] if source.slot_type == SlotType.CHOICE else []
    if source.slot_type == SlotType.YES_NO:
        choices = ["yes", "no"]
    named = {way.value for way in ways if way.test == Transition.Test.IS and way.slot in ("", source.slot)}
    return next((value for value in choices if value not in named), "")


def _last(ways: Iterable[Transition]) -> int:
    return max((way.position for way in ways), default=0)


def _position(flow: Flow, after: State | None) -> int:
    """A free position after a step; the later ones move on if there is none."""
    last = flow.states.aggregate(last=models.Max("position"))["last"] or 0
    if after is None:
        return last + GAP
    later = flow.states.filter(position__gt=after.position).order_by("position").values_list("position", flat=True)
    following = later.first()
    if following is None:
        return after.position + GAP
    if following - after.position > 1:
        return (after.position + following) // 2
    flow.states.filter(position__gt=after.position).update(position=models.F("position") + GAP)
    return after.position + 1
