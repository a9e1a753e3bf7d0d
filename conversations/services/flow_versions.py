"""Publishing a flow, and rolling back: golden conversations are asked, and members in it are taken along as planned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from conversations.flows import publication
from conversations.flows.differences import Change, diff
from conversations.golden import golden_conversations
from conversations.models import Flow, FlowVersion, GoldenConversation, SessionPlan
from conversations.sessions import plans
from conversations.sessions.plans import Impact, StateChoice
from core.evidence.stated_reasons import has_words, plain_reason


@dataclass(frozen=True, kw_only=True)
class Publication:
    """The outcome of a publication: the version, its changes, golden conversations that differ, those of flows that run
    this one, and the plan by state."""

    version: FlowVersion
    changes: tuple[Change, ...]
    differing: tuple[str, ...]
    differing_callers: tuple[GoldenConversation, ...]
    impacts: tuple[Impact, ...]
    plans: tuple[SessionPlan, ...]

    @property
    def planned(self) -> list[SessionPlan]:
        """The plans; each knows as `lost` which answers a move has no place for."""
        lost = {impact.state: list(impact.lost) for impact in self.impacts}
        for plan in self.plans:
            plan.lost = lost[plan.state] if plan.choice == SessionPlan.Choice.MOVE else []  # type: ignore[attr-defined]
        return list(self.plans)


def publish(flow: Flow, *, by: AbstractBaseUser | None = None, note: str = "", despite: str = "") -> FlowVersion:
    """`publish_planned` without a plan: running sessions keep the version they began with."""
    return publish_planned(flow, by=by, note=note, despite=despite).version


@transaction.atomic
def publish_planned(
    flow: Flow,
    *,
    by: AbstractBaseUser | None = None,
    note: str = "",
    despite: str = "",
    plan: Sequence[StateChoice] = (),
    now: datetime | None = None,
    dry_run: bool = False,
) -> Publication:
    """Freeze the draft as a new version and make it live. Running sessions keep theirs, unless the plan moves them.

    A `dry_run` does all of it and takes it back. Raises `FlowError` if the draft has errors, for a plan that cannot
    be carried out, and if golden conversations of this flow, or of flows that run it, differ and `despite` gives no
    reason for publishing all the same. The version keeps that reason.
    """
    now = now or timezone.now()
    flow = Flow.objects.select_for_update(of=("self",)).select_related("live").get(pk=flow.pk)
    before, machine = publication.readable(flow.live), publication.draft(flow)
    differing = golden_conversations.differing(flow, machine)
    of_callers = [compared for compared in golden_conversations.run_callers_golden(flow, machine) if compared.differs]
    if not has_words(despite):
        golden_conversations.refuse_differences(differing)
        golden_conversations.refuse_differences_of_callers(of_callers)
    impacts = plans.impacts(flow, machine)
    plans.check(impacts, plan, now=now)
    version = publication.publish(
        flow, machine, by=by, note=note, despite=plain_reason(despite) if differing or of_callers else ""
    )
    done = Publication(
        version=version,
        changes=tuple(diff(before, machine) if before else ()),
        differing=tuple(compared.golden.name for compared in differing),
        differing_callers=tuple(compared.golden for compared in of_callers),
        impacts=tuple(impacts),
        plans=tuple(plans.carry_out(flow, version, impacts, plan, now=now)),
    )
    if dry_run:
        transaction.set_rollback(True)
    return done


@transaction.atomic
def roll_back(version: FlowVersion, *, plan: Sequence[StateChoice] = (), now: datetime | None = None) -> None:
    """Make an older version live again. The draft stays as it is, and so do running sessions, unless the plan moves
    them. Raises `FlowError` for a plan that cannot be carried out.
    """
    now = now or timezone.now()
    flow = Flow.objects.select_for_update(of=("self",)).get(pk=version.flow_id)
    publication.roll_back(version)
    if plan:
        impacts = plans.impacts(flow, publication.live_machine(version), version=version)
        plans.check(impacts, plan, now=now)
        plans.carry_out(flow, version, impacts, plan, now=now)
