"""Problems of formulas in a flow, and of the steps that decide, set and wait. Reads values, not rows."""

from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches

from django.utils.translation import gettext as _

from conversations.flows.problems import Problem
from conversations.machine.edges import On
from conversations.machine.formulas.errors import Fault, FormulaError
from conversations.machine.formulas.evaluation import FACTS
from conversations.machine.formulas.parser import parse
from conversations.machine.formulas.syntax import calls, names
from conversations.machine.values import Machine, Node, NodeKind
from conversations.wording import formula_texts, working_day_texts
from core.text.slot_values import LOOKED_UP
from wecom.facts.definitions import BUILT_IN

ALIKE = 0.6
WORKING_DAY = "is_working_day"
OF_MEMBER = ("name", "alias", "position", "user_id", "language", "department", "departments", "tags")
BUILT_IN_KEYS = tuple(key for key, *_others in BUILT_IN)


def problems(machine: Machine, own_facts: Collection[str] = ()) -> Iterator[Problem]:
    """All problems; `own_facts` are the keys of the company's own facts."""
    known = _known(machine, own_facts)
    for node in machine.nodes:
        yield from _of_kind(machine, node)
        for formula in node.formulas:
            yield from (
                Problem(code=f"formula_{error.fault}", state=node.name, words=formula_texts.fault(error))
                for error in _faults(formula, known)
            )


def of_days(machine: Machine, years: Sequence[int]) -> Iterator[Problem]:
    """A warning for each step that asks for working days, of which those of `years` are not known."""
    for node in machine.nodes:
        if years and any(asks_for_days(formula) for formula in node.formulas):
            yield Problem(code="days_unknown", state=node.name, words=working_day_texts.counted(years), is_error=False)


def asks_for_days(formula: str) -> bool:
    """Whether a formula asks for working days."""
    try:
        return WORKING_DAY in calls(parse(formula))
    except FormulaError:
        return False


def _of_kind(machine: Machine, node: Node) -> Iterator[Problem]:
    if node.kind == NodeKind.SET and (node.slot is None or not node.slot.name):
        words = _("It sets an answer without a name. Fill in “keeps the answer as”.")
        yield Problem(code="no_slot", state=node.name, words=words)
    if node.kind == NodeKind.SET and not node.formula:
        yield Problem(code="no_formula", state=node.name, words=_("It sets an answer to nothing. Write a formula."))
    if node.kind == NodeKind.WAIT and not node.formula and node.wait is None:
        words = _("It does not say how long to wait. Write a number, or a formula with a date or time.")
        yield Problem(code="no_wait", state=node.name, words=words)
    if node.kind == NodeKind.BRANCH and not any(edge.guard for edge in node.leaving(On.NEXT)):
        words = _("It decides nothing. Add transitions with conditions to it.")
        yield Problem(code="no_conditions", state=node.name, words=words)
    if machine.expire_after and node.wait and node.wait >= machine.expire_after:
        words = _("It waits longer than the flow lasts. Let the flow end later, or leave its end empty.")
        yield Problem(code="waits_too_long", state=node.name, words=words)


def known_facts(own_facts: Collection[str]) -> tuple[str, ...]:
    """The names of all facts of members: `member.city`."""
    keys = (*BUILT_IN_KEYS, *own_facts)
    return tuple(f"{FACTS}{name}" for name in (*OF_MEMBER, *keys, *(f"facts.{key}" for key in keys)))


def _known(machine: Machine, own_facts: Collection[str]) -> tuple[str, ...]:
    answers = machine.slots
    labels = (f"{name}.label" for name, slot in answers.items() if slot.choices or slot.type in LOOKED_UP)
    return (*answers, *labels, *known_facts(own_facts))


def _faults(formula: str, known: Collection[str]) -> Iterator[FormulaError]:
    try:
        expression = parse(formula)
    except FormulaError as error:
        yield error
        return
    for name in names(expression):
        if name.name not in known:
            near = get_close_matches(name.name, known, n=1, cutoff=ALIKE)
            yield FormulaError(Fault.NAME, at=name.at, word=name.name, instead=near[0] if near else "")
