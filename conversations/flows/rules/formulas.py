"""Problems of formulas in a flow. Reads values, not rows."""

from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches

from conversations.flows.problems import Problem
from conversations.machine.formulas.errors import Fault, FormulaError
from conversations.machine.formulas.evaluation import FACTS
from conversations.machine.formulas.parser import parse
from conversations.machine.formulas.syntax import calls, names
from conversations.machine.values import Machine
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
