"""The values of a flow's formulas and texts on its member and the moment, read before a step."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.utils import timezone

from conversations.knowledge.who_asks import with_those_above
from conversations.machine.formulas.errors import FormulaError
from conversations.machine.formulas.evaluation import FACTS
from conversations.machine.formulas.parser import parse
from conversations.machine.formulas.syntax import calls, names
from conversations.machine.formulas.values import Context, Value
from conversations.machine.shown_facts import facts_shown
from conversations.machine.values import Machine, remembered
from conversations.models import Conversation
from conversations.sessions import clocks
from conversations.signals import company_calendar
from wecom.facts.stored_values import facts_of
from wecom.models import Application, Department, Member, Tag

WORKING_DAYS = "is_working_day"
PLACES = ("department", "departments", "tags")  # in the company; found by further queries


def context_of(conversation: Conversation, machines: Iterable[Machine], here: datetime) -> Context:
    """The context of a step at this moment, in the member's zone. Facts are read only if formulas or texts use them."""
    used, functions = set[str](), set[str]()
    for machine in machines:
        facts, called = _used(machine)
        used |= facts | facts_shown(machine)
        functions |= called
    context = Context(now=here)
    if used:
        context = replace(context, member=_known(conversation.member, used))
    return _with_calendar(context, conversation.application) if WORKING_DAYS in functions else context


def played_context(machines: Iterable[Machine], member: Member | None, now: datetime) -> Context:
    """The context of a conversation that is only played, as a member or as no particular one.

    It has all that formulas can ask for, so that it still holds when the flow gets others.
    """
    here, application = timezone.localtime(now, clocks.zone_of(member, machines)), None
    if member is not None:
        application = Application.objects.filter(corporation=member.corporation_id).order_by("-is_default").first()
    return _with_calendar(Context(now=here, member=_known(member, set(PLACES)) if member else {}), application)


def _with_calendar(context: Context, application: Application | None) -> Context:
    """With the working days of an application's company; of the default application without one."""
    return replace(context, works_on=company_calendar(application).works_on)


@remembered
def _used(machine: Machine) -> tuple[set[str], set[str]]:
    """The facts and the functions that the formulas of a flow use."""
    facts, functions = set[str](), set[str]()
    for formula in machine.formulas:
        try:
            expression = parse(formula)
        except FormulaError:
            continue
        facts |= {found.name.removeprefix(FACTS) for found in names(expression) if found.name.startswith(FACTS)}
        functions |= set(calls(expression))
    return facts, functions


def _known(member: Member, used: set[str]) -> dict[str, Value]:
    """Facts by the names of formulas: `city`, and `facts.city` too."""
    facts: dict[str, Value] = {**facts_of(member)}
    known: dict[str, Value] = {**facts, **{f"facts.{key}": value for key, value in facts.items()}}
    for name in ("name", "alias", "position", "user_id", "language"):
        known[name] = getattr(member, name)
    if used & set(PLACES):
        own = Department.objects.filter(memberships__member=member, gone_at=None).order_by("memberships__pk")
        pks = list(own.values_list("pk", flat=True))
        every = Department.objects.filter(pk__in=with_those_above(pks)).order_by("pk")
        known["department"] = next(iter(own.values_list("name", flat=True)), "")
        known["departments"] = tuple(every.values_list("name", flat=True))
        tags = Tag.objects.filter(members=member, gone_at=None) | Tag.objects.filter(departments__in=pks, gone_at=None)
        known["tags"] = tuple(tags.distinct().order_by("pk").values_list("name", flat=True))
    return known
