"""Plans for sessions when another version begins to run: their states, the answers they would lose, and the rows that
carry the plan out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.exceptions import FlowError
from conversations.flows import publication
from conversations.machine.nodes.node import Node
from conversations.machine.values import Machine
from conversations.models import Flow, FlowVersion, MoveBatch, Session, SessionCaller, SessionMove, SessionPlan

AT_ONCE = 100  # sessions of a batch
MOST_HOURS = 720  # that members are told before the date
Choice = SessionPlan.Choice
Standing = Session | SessionCaller
"""Where a session is in a flow: in it, or in a sub-flow of it."""


@dataclass(frozen=True, kw_only=True)
class StateChoice:
    """The plan for the sessions that wait in a state. Members are told `tell_hours` before the date; 0: not."""

    state: str
    choice: Choice
    target: str = ""
    finish_by: datetime | None = None
    text: str = ""
    tell_hours: int = 0


@dataclass(frozen=True, kw_only=True)
class Impact:
    """A state in which members wait. `targets` are the states where they can go on, as keys and names."""

    state: str
    name: str
    count: int
    is_gone: bool
    targets: tuple[tuple[str, str], ...]
    lost: tuple[str, ...]

    @property
    def suggested(self) -> str:
        """The state with the same key, if they can go on there."""
        return self.state if self.state in dict(self.targets) else ""


def impacts(flow: Flow, machine: Machine, *, version: FlowVersion | None = None) -> list[Impact]:
    """The states of a flow in which members wait who are not in this version, most of them first. Those in a sub-flow
    wait in the state that runs it."""
    waiting: dict[str, list[Standing]] = {}
    nodes: dict[str, Node] = {}
    for one in _standing(flow, version):
        waiting.setdefault(one.state, []).append(one)
    for old in FlowVersion.objects.filter(pk__in={one.version_id for rows in waiting.values() for one in rows}):
        found = publication.readable(old)
        nodes |= {node.key: node for node in found.nodes} if found else {}
    named = {node.key: node.name for node in machine.nodes}
    return [
        Impact(
            state=key,
            name=named.get(key) or (nodes[key].name if key in nodes else key),
            count=len(rows),
            is_gone=key not in named,
            targets=_targets(machine, nodes.get(key)),
            lost=tuple(sorted({name for row in rows for name in lost(machine, row.slots)})),
        )
        for key, rows in sorted(waiting.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ]


def lost(machine: Machine, slots: Mapping[str, str]) -> list[str]:
    """The slots for whose values a flow has no place."""
    now = timezone.localtime()
    return [
        name
        for name, value in slots.items()
        if (slot := machine.slot(name)) is None or slot.parse(value, today=now.date(), now=now) is None
    ]


def check(found: Iterable[Impact], plan: Iterable[StateChoice], *, now: datetime) -> None:
    """Raise `FlowError`, which names the state, for a choice that cannot be carried out."""
    known = {impact.state: impact for impact in found}
    for choice in plan:
        impact = known.get(choice.state)
        if choice.choice == Choice.MOVE and impact is not None and choice.target not in dict(impact.targets):
            words = _("Members in “%s” cannot go on at this step.") % impact.name
            remedy = _("Choose one of: %s.") % (", ".join(name for _key, name in impact.targets) or "–")
            raise FlowError(words, code="target_unknown", field=f"plan.{choice.state}", remedy=remedy)
        if choice.choice == Choice.FINISH and (choice.finish_by is None or choice.finish_by <= now):
            words = _("The date until which members may finish is missing or over.")
            raise FlowError(words, code="date_wrong", field=f"plan.{choice.state}", remedy=_("Choose a later date."))
        if choice.choice == Choice.FINISH and not 0 <= choice.tell_hours <= MOST_HOURS:
            words = _("Members can be told up to %d hours before the date.") % MOST_HOURS
            raise FlowError(words, code="hours_wrong", field=f"plan.{choice.state}", remedy=_("0 does not tell them."))


def carry_out(
    flow: Flow, version: FlowVersion, found: Sequence[Impact], plan: Iterable[StateChoice], *, now: datetime
) -> list[SessionPlan]:
    """Write the plan for a version that runs now, and queue its moves."""
    chosen = {choice.state: choice for choice in plan}
    rows = []
    for impact in found:
        choice = chosen.get(impact.state) or StateChoice(state=impact.state, choice=Choice.PIN)
        row = SessionPlan.objects.create(
            version=version,
            state=impact.state,
            state_name=impact.name,
            choice=choice.choice,
            target=choice.target if choice.choice == Choice.MOVE else "",
            finish_by=choice.finish_by if choice.choice == Choice.FINISH else None,
            text=choice.text.strip() if choice.choice == Choice.FINISH else "",
            tell_hours=choice.tell_hours if choice.choice == Choice.FINISH else 0,
            session_count=impact.count,
        )
        rows.append(row)
        if choice.choice != Choice.PIN:
            _queue(row, _standing(flow, version, state=impact.state), due_at=_due_at(row, now))
    return rows


def _due_at(plan: SessionPlan, now: datetime) -> datetime:
    """When there is something to do first: now, when members are told, or at the date."""
    if plan.finish_by is None:
        return now
    return max(now, plan.finish_by - timedelta(hours=plan.tell_hours))


def _queue(plan: SessionPlan, rows: Sequence[Standing], *, due_at: datetime) -> None:
    for first in range(0, len(rows), AT_ONCE):
        batch = MoveBatch.objects.create(plan=plan, due_at=due_at)
        moves = [
            SessionMove(batch=batch, session=_session(row), version_id=row.version_id)
            for row in rows[first : first + AT_ONCE]
        ]
        SessionMove.objects.bulk_create(moves)
        batch.wake()


def _standing(flow: Flow, version: FlowVersion | None, **fields: str) -> list[Standing]:
    """The sessions in a flow and in sub-flows of it, also those that sleep, but for those in this version."""
    others = FlowVersion.objects.filter(flow=flow).exclude(pk=version.pk if version else 0)
    here = Session.objects.unfinished().filter(version__in=others, **fields).order_by("pk")
    around = SessionCaller.objects.filter(version__in=others, session__status__in=Session.UNFINISHED, **fields)
    return [*here, *around.select_related("session").order_by("pk")]


def _session(standing: Standing) -> Session:
    return standing.session if isinstance(standing, SessionCaller) else standing


def _targets(machine: Machine, node: Node | None) -> tuple[tuple[str, str], ...]:
    """Who is asked something can go on at any question; who waits for something else only at the same step."""
    if node is None or node.asks:
        return tuple((one.key, one.name) for one in machine.nodes if one.asks)
    same = (one for one in machine.nodes if (one.key, one.kind) == (node.key, node.kind))
    return tuple((one.key, one.name) for one in same if _runs(one) == _runs(node))


def _runs(node: Node) -> int | None:
    """The flow that a step runs."""
    return node.subflow.flow if node.subflow else None
