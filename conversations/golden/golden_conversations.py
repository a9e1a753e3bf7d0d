"""Golden conversations of flows: recorded, replayed, accepted, and asked before a version is published."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.exceptions import FlowError
from conversations.flows import publication
from conversations.flows.subflows.callers import all_callers_of
from conversations.flows.subflows.library import library_for
from conversations.golden import comparison, replay
from conversations.golden.circumstances import circumstances_of
from conversations.golden.comparison import Comparison
from conversations.golden.coverage import Coverage, coverage_of
from conversations.machine.levels import Published, speaking
from conversations.machine.spoken import spoken_in
from conversations.machine.values import Machine
from conversations.models import Flow, GoldenConversation
from conversations.sessions.formula_context import played_context
from core.parties.acting_client import client_name
from wecom.models import Member

LONGEST_NAME = 100


def record_golden(
    flow: Flow,
    name: str,
    inputs: Iterable[tuple[str, str]],
    *,
    member: Member | None = None,
    now: datetime | None = None,
    language: str = "",
    by: AbstractBaseUser | None = None,
) -> GoldenConversation:
    """Keep a conversation with the draft as golden: `inputs` are the acts of *Try it* with their texts.

    It plays a `member`, or no particular one, in this `language`, by default the member's. Their facts, their zone and
    the calendar are kept as they are now. Raises `FlowError` for a name that is taken or missing, and for a
    conversation without or with too many turns.
    """
    acts = [(replay.act_of(act, text), text) for act, text in inputs]
    if not 0 < len(acts) <= replay.LONGEST:
        fault = _("A golden conversation has 1 to %d turns.") % replay.LONGEST
        raise FlowError(fault, code="turns_wrong", field="turns", remedy=_("Start over and try a shorter one."))
    language = language or (member.language if member else "")
    machine, now = spoken_in(publication.draft(flow), language), now or timezone.now()
    known = library_for([machine])
    context = played_context([machine, *known.machines], member, now)
    replayed = replay.replay(machine, acts, context=context, flows=speaking(known.flows, language))
    return GoldenConversation.objects.create(
        flow=flow,
        name=_free_name(flow, name),
        happens_at=now,
        member=member,
        circumstances=circumstances_of(context, language).to_json(),
        turns=[turn.to_json() for turn in replayed.turns],
        outcome=replayed.outcome.value if replayed.outcome else "",
        recorded_by_id=by.pk if by else None,
    )


def rename_golden(golden: GoldenConversation, name: str) -> None:
    """Give it another name. Raises `FlowError` for one that is taken or missing."""
    if golden.name != name.strip():
        golden.name = _free_name(golden.flow, name)
        golden.save(update_fields=["name"])


def run_golden(flow: Flow, machine: Machine | None = None) -> tuple[list[Comparison], Coverage]:
    """The golden conversations of a flow compared with its draft, or with this machine, and their coverage."""
    machine = machine or publication.draft(flow)
    goldens = flow.golden_conversations.select_related("recorded_by", "accepted_by", "member")
    comparisons = comparison.compare_all(machine, goldens, library_for([machine]).flows)
    return comparisons, coverage_of(machine, [compared.now for compared in comparisons])


@transaction.atomic
def accept_golden(golden: GoldenConversation, *, by: AbstractBaseUser | None = None) -> GoldenConversation:
    """The words of the draft are golden from now on; who accepted them, and when, is kept."""
    golden = GoldenConversation.objects.select_for_update(of=("self",)).select_related("flow").get(pk=golden.pk)
    machine = publication.draft(golden.flow)
    compared = comparison.compare(machine, golden, library_for([machine]).flows)
    golden.turns = [turn.to_json() for turn in compared.now.turns]
    golden.outcome, golden.accepted_at = compared.outcome, timezone.now()
    golden.accepted_by_id, golden.accepted_client = by.pk if by else None, client_name()
    golden.save(update_fields=["turns", "outcome", "accepted_at", "accepted_by", "accepted_client"])
    return golden


def run_callers_golden(flow: Flow, machine: Machine | None = None) -> list[Comparison]:
    """The golden conversations of flows that run this one, directly or through others, compared with their replies if
    this draft, or this machine, ran.

    Each is played on the version of its flow that runs, or else on its draft. Those that hold on neither are left out:
    they differ today, with or without a publication here.
    """
    machine, comparisons = machine or publication.draft(flow), list[Comparison]()
    for caller in all_callers_of(flow):
        goldens = list(caller.golden_conversations.select_related("flow", "member"))
        outer = [publication.readable(caller.live), publication.draft(caller)] if goldens else []
        playable = [version for version in outer if version is not None]
        today = library_for([*playable, machine]).flows
        then = {**today, flow.pk: Published(version=0, machine=machine)} if flow.enabled else today
        for golden in goldens:
            holding = (version for version in playable if not comparison.compare(version, golden, today).differs)
            if (played := next(holding, None)) is not None:
                comparisons.append(comparison.compare(played, golden, then))
    return comparisons


def differing(flow: Flow, machine: Machine) -> list[Comparison]:
    """The golden conversations in which this machine says something else."""
    comparisons = comparison.compare_all(machine, flow.golden_conversations.all(), library_for([machine]).flows)
    return [compared for compared in comparisons if compared.differs]


def refuse_differences(comparisons: list[Comparison]) -> None:
    """Raise `FlowError` if golden conversations differ."""
    if not comparisons:
        return
    names = ", ".join(f"“{compared.golden.name}”" for compared in comparisons)
    fault = ngettext(
        "In a golden conversation the draft says something else: %s.",
        "In golden conversations the draft says something else: %s.",
        len(comparisons),
    )
    remedy = _("Mend the flow, accept what it says now, or publish with a reason.")
    raise FlowError(fault % names, code="golden_differs", field="golden", remedy=remedy)


def refuse_differences_of_callers(comparisons: list[Comparison]) -> None:
    """Raise `FlowError`, which names the flows, if golden conversations of flows that run this one differ."""
    if not comparisons:
        return
    named = (
        _("“%(golden)s” of “%(flow)s”") % {"golden": compared.golden.name, "flow": compared.golden.flow}
        for compared in comparisons
    )
    fault = ngettext(
        "In a golden conversation another flow, which runs this one, would say something else: %s.",
        "In golden conversations other flows, which run this one, would say something else: %s.",
        len(comparisons),
    )
    remedy = _("Mend this flow, or publish with a reason and accept there what those flows say then.")
    raise FlowError(fault % ", ".join(named), code="golden_differs", field="golden", remedy=remedy)


def _free_name(flow: Flow, name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        remedy = _("Write a name of up to %d characters.") % LONGEST_NAME
        raise FlowError(_("The conversation has no name."), code="name_missing", field="name", remedy=remedy)
    if flow.golden_conversations.filter(name=name).exists():
        fault = _("Another golden conversation has this name.")
        raise FlowError(fault, code="name_taken", field="name", remedy=_("Choose another name."))
    return name
