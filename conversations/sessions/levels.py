"""The flows that a session is in, read for a step and written after it: its own columns are those of the innermost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import is_

from conversations.flows.subflows.library import library_for
from conversations.machine.levels import Leg, Level, Walk, advance, renewed
from conversations.machine.places import Act, Place, offers_of
from conversations.models import FlowVersion, Session, SessionCaller
from conversations.sessions import clocks, reasons
from conversations.sessions.current import for_member, machine_in, machine_of
from conversations.sessions.formula_context import context_of
from conversations.sessions.reasons import Sources


@dataclass(frozen=True, kw_only=True)
class Taken:
    """One step in one flow, and where the answers in that flow come from after it."""

    leg: Leg
    sources: Sources


@dataclass(frozen=True, kw_only=True)
class Stepped:
    """The outcome of an act: the flows that the session was in, where it is now, each step on the way, and where the
    answers of each flow come from."""

    before: tuple[Level, ...]
    walk: Walk
    steps: tuple[Taken, ...]
    sources: tuple[Sources, ...]
    versions: Mapping[int, FlowVersion]

    @property
    def innermost(self) -> Level:
        return self.walk.levels[-1]

    @property
    def version(self) -> FlowVersion:
        return self.versions[self.innermost.version]


def take(session: Session, act: Act, text: str, *, cid: str, now: datetime) -> Stepped:
    """Step a session in memory."""
    rows = _callers(session)
    levels = _levels(session, rows)
    if act == Act.RESUME and session.ends_at is not None and session.ends_at <= now:
        levels = renewed(levels, now)  # a person talked with the member until after the end
    known = library_for([level.machine for level in levels])
    flows = {flow: replace(one, machine=for_member(one.machine, session)) for flow, one in known.flows.items()}
    machines = [*(level.machine for level in levels), *known.machines]
    here = clocks.local_time(session.conversation.member, machines, now)
    context = context_of(session.conversation, machines, here)
    walk = advance(levels, act, text, flows=flows, today=context.today, now=context.now, context=context)
    versions = {row.version_id: row.version for row in rows} | {session.version_id: session.version}
    sources = dict[int, Sources](enumerate([*(row.sources for row in rows), session.sources]))
    steps = list[Taken]()
    for leg in walk.legs:
        sources[leg.depth] = reasons.sources_after(leg, sources.get(leg.depth, {}), cid=cid)
        steps.append(Taken(leg=leg, sources=sources[leg.depth]))
    return Stepped(
        before=levels,
        walk=walk,
        steps=tuple(steps),
        sources=tuple(sources[depth] for depth in range(len(walk.levels))),
        versions=versions | dict(known.versions),
    )


def write_callers(session: Session, stepped: Stepped) -> None:
    """Write the flows around the innermost one, if they changed. The session was written before, which fences them."""
    before, around = stepped.before[:-1], stepped.walk.levels[:-1]
    if len(before) == len(around) and all(map(is_, before, around)):
        return
    if before:
        session.callers.all().delete()
    SessionCaller.objects.bulk_create(
        SessionCaller(
            session=session,
            depth=depth,
            version_id=level.version,
            state=level.place.at,
            slots=dict(level.place.slots),
            labels=dict(level.place.labels),
            data=dict(level.place.given),
            path=list(level.place.path),
            sources=sources,
            ends_at=level.ends_at,
        )
        for depth, (level, sources) in enumerate(zip(around, stepped.sources, strict=False))
    )


def take_up(session: Session, now: datetime) -> datetime | None:
    """Give a session that had ended its full time from now on, in each of its flows; when it is over."""
    rows = _callers(session)
    levels = renewed(_levels(session, rows), now)
    for row, level in zip(rows, levels, strict=False):
        SessionCaller.objects.filter(pk=row.pk).update(ends_at=level.ends_at)
    return levels[-1].ends_at


def _callers(session: Session) -> Sequence[SessionCaller]:
    return list(session.callers.select_related("version__flow").order_by("depth")) if session.depth else []


def _levels(session: Session, rows: Sequence[SessionCaller]) -> tuple[Level, ...]:
    around = (
        Level(
            version=row.version_id,
            machine=machine_in(row.version, session),
            place=Place(at=row.state, slots=row.slots, labels=row.labels, given=row.data, path=tuple(row.path)),
            ends_at=row.ends_at,
        )
        for row in rows
    )
    place = Place(
        at=session.state,
        slots=session.slots,
        labels=session.labels,
        offered=offers_of(session.offered),
        given=session.data,
        path=tuple(session.path),
        tries=session.tries,
        reminded=session.reminded,
    )
    innermost = Level(version=session.version_id, machine=machine_of(session), place=place, ends_at=session.ends_at)
    return (*around, innermost)
