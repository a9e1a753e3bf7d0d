"""Why a flow said something: its step, the transitions that were looked at, and where the answers come from."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from conversations.explanations.explanation_values import Explanation, Line, Link, link_to
from conversations.flows import publication
from conversations.flows.graph.labels import label
from conversations.machine.edges import Operator
from conversations.machine.places import Act
from conversations.machine.values import Machine
from conversations.models import Content, FlowVersion, Message
from conversations.wording import explanation_texts as texts
from core.parties.acting_client import named

Cause = Mapping[str, Any]


def explain(message: Message, cause: Cause) -> Explanation:
    """The step of a flow that caused a message."""
    rows = FlowVersion.objects.select_related("flow", "published_by")
    version = rows.filter(pk=cause.get("version") or 0).first()
    machine = publication.readable(version) or Machine(name="", language="", start="", nodes=())
    state = str(cause.get("state", ""))
    name = _name(machine, state)
    flow = version.flow.name if version else ""
    return Explanation(
        by="flow",
        summary=_("The flow “%(flow)s” is at the step “%(step)s”.") % {"flow": flow, "step": name},
        lines=(
            Line(topic="act", label=_("What happened"), words=texts.act(str(cause.get("act", "")))),
            Line(topic="state", label=_("Step"), words=name, link=_session(cause)),
            *_timer(machine, cause),
            *_around(cause.get("callers", ())),
            *transitions(machine, cause.get("ways", ())),
            *_slots(message, machine, cause.get("slots", {}), cause.get("labels", {})),
            *(_version(version) if version else ()),
        ),
        version=version,
        state=state,
    )


def _timer(machine: Machine, cause: Cause) -> Iterable[Line]:
    """Which time of which step was over, where time decided."""
    node, act = machine.node(str(cause.get("timed", ""))), str(cause.get("act", ""))
    minutes = machine.expire_after if act == Act.TIME_OUT else node.minutes_of(Act(act)) if node and act else None
    if minutes:
        name = machine.name if act == Act.TIME_OUT else node.name if node else ""
        asked = datetime.fromisoformat(cause["asked_at"]) if cause.get("asked_at") else None
        at = formats.date_format(timezone.localtime(asked), "m-d H:i:s") if asked else ""
        yield Line(topic="timer", label=_("Timer"), words=texts.timer(act, name, minutes, at))


def _session(cause: Cause) -> Link | None:
    return Link(model="conversations.Session", pk=cause["session"]) if cause.get("session") else None


def _around(callers: Iterable[Any]) -> Iterable[Line]:
    """The flows that wait for the end of this one, the outermost first."""
    rows = FlowVersion.objects.select_related("flow").in_bulk([version for version, _state in callers])
    for pk, state in callers:
        version = rows.get(pk)
        machine = publication.readable(version) or Machine(name="", language="", start="", nodes=())
        names = {"version": str(version or _("deleted since")), "step": _name(machine, state)}
        text = _("“%(version)s” at its step “%(step)s”") % names
        yield Line(topic="around", label=_("Sub-flow of"), words=text, link=link_to(version))


def _version(version: FlowVersion) -> Iterable[Line]:
    yield Line(topic="version", label=_("Version"), words=str(version), link=link_to(version))
    at = formats.date_format(timezone.localtime(version.published_at), "Y-m-d H:i")
    if version.published_by is None and version.client:
        text = _("by %(name)s on %(at)s") % {"name": named(None, version.client), "at": at}
        yield Line(topic="publisher", label=_("Published"), words=text)
    elif version.published_by is None:
        yield Line(topic="publisher", label=_("Published"), words=_("on %s") % at)
    else:
        who = {"name": str(version.published_by), "at": at}
        text = _("by %(name)s on %(at)s") % who
        yield Line(topic="publisher", label=_("Published"), words=text, link=link_to(version.published_by))


def transitions(machine: Machine, ways: Iterable[Any]) -> Iterable[Line]:
    """Each transition that was looked at, in the order of the step."""
    for state, number, to, holds, have in ways:
        node = machine.node(state)
        edge = node.edges[number] if node is not None and number < len(node.edges) else None
        condition = label(machine, node, [edge]) if node is not None and edge is not None else ""
        met = ""
        if edge is not None and edge.guard is not None and edge.guard.operator != Operator.FORMULA:
            slot = machine.slot(edge.guard.slot)
            met = slot.label(have) if slot and have else have
            met = have if edge.guard.operator == Operator.FORMULA else texts.was(met)
        way = f"{_name(machine, state)} → {_name(machine, to)}"
        text = texts.taken(way, condition, met) if holds else texts.not_taken(way, condition, met)
        yield Line(topic="transition", label=_("Transition"), words=text)


def _slots(message: Message, machine: Machine, slots: Mapping[str, Any], labels: Mapping[str, str]) -> Iterable[Line]:
    """Each answer with where it comes from, and the message that it was in."""
    cids = {parts[2] for parts in slots.values() if len(parts) > 2 and parts[2]}
    theirs = Message.objects.filter(application=message.application_id, member=message.member_id, cid__in=cids)
    received = theirs.filter(direction=Message.Direction.IN).select_related("content").order_by("-pk")
    by_cid = {row.cid: row for row in received}
    for name, (value, *source) in slots.items():
        slot = machine.slot(name)
        shown = labels.get(name) or (slot.label(value) if slot else value)
        how, cid = source if len(source) == 2 else ("", "")
        origin = by_cid.get(cid) if how in ("typed", "tapped", "sent") else None
        if origin is not None and origin.content.kind == Content.Kind.VOICE:
            how = "spoken"
        text = f"{name} = {shown}" + (f" ({value})" if shown != value else "")
        at = formats.date_format(timezone.localtime(origin.created_at), "m-d H:i:s") if origin else ""
        text = texts.from_source(text, how, at)
        yield Line(topic="slot", label=_("Answer"), words=text, link=link_to(origin))


def _name(machine: Machine, key: str) -> str:
    node = machine.node(key)
    return node.name if node else key
