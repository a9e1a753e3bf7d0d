"""Computes a formula from answers and facts. It never fails: a value that cannot be computed is empty."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from conversations.machine.formulas.errors import FormulaError
from conversations.machine.formulas.functions import FUNCTIONS, LONGEST
from conversations.machine.formulas.parser import parse
from conversations.machine.formulas.syntax import Call, Expression, Literal, Name, Operation, Values, names
from conversations.machine.formulas.values import (
    Context,
    Value,
    as_day,
    as_moment,
    as_number,
    compare,
    equal,
    holds,
    is_empty,
    stored,
    truth,
)

MOST_DAYS = 36_600
FACTS = "member."
ORDERS: Mapping[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


def evaluate(formula: str, answers: Mapping[str, str], context: Context) -> Value:
    """The value of a formula; None for one that cannot be read, which the check of the draft reports."""
    try:
        return _value(parse(formula), answers, context)
    except FormulaError:
        return None


def _value(expression: Expression, answers: Mapping[str, str], context: Context) -> Value:
    match expression:
        case Literal(value=value):
            return value
        case Name(name=name):
            return _named(name, answers, context)
        case Values(items=items):
            return tuple(stored(_value(item, answers, context)) for item in items)
        case Call(function=function, arguments=arguments):
            return FUNCTIONS[function].run(context, *(_value(one, answers, context) for one in arguments))
        case Operation(operator="not", sides=(side,)):
            return not truth(_value(side, answers, context))
        case Operation(operator="-", sides=(side,)):
            return _minus(Decimal(0), _value(side, answers, context), context)
        case Operation(operator="and", sides=(one, other)):
            return truth(_value(one, answers, context)) and truth(_value(other, answers, context))
        case Operation(operator="or", sides=(one, other)):
            return truth(_value(one, answers, context)) or truth(_value(other, answers, context))
    first, second = (_value(side, answers, context) for side in expression.sides)
    return _combined(expression.operator, first, second, context)


def met(formula: str, answers: Mapping[str, str], context: Context) -> str:
    """The values of a formula: each name in it with its value, such as `days = 5`; "" if it cannot be read."""
    try:
        used = dict.fromkeys(one.name for one in names(parse(formula)))
    except FormulaError:
        return ""
    return ", ".join(f"{name} = {stored(_named(name, answers, context))}" for name in used)


def _named(name: str, answers: Mapping[str, str], context: Context) -> Value:
    """A fact of the member, or an answer; empty if it is not known."""
    return context.member.get(name.removeprefix(FACTS)) if name.startswith(FACTS) else answers.get(name)


def _combined(operator: str, one: Value, other: Value, context: Context) -> Value:
    match operator:
        case "=":
            return equal(one, other, context.zone)
        case "!=":
            return not equal(one, other, context.zone)
        case "in":
            return holds(other, one, context.zone)
        case "+":
            return _plus(one, other, context)
        case "-":
            return _minus(one, other, context)
        case "*" | "/":
            return _scaled(operator, as_number(one), as_number(other))
    order = compare(one, other, context.zone)
    return order is not None and ORDERS[operator](order)


def _plus(one: Value, other: Value, context: Context) -> Value:
    """Two numbers; days after a date; else two texts, one after the other."""
    first, second = as_number(one), as_number(other)
    if first is not None and second is not None:
        return first + second
    if second is not None and (moved := _moved(one, second, context)) is not None:
        return moved
    if first is not None and (moved := _moved(other, first, context)) is not None:
        return moved
    if (is_empty(one) and _counts(other, context)) or (is_empty(other) and _counts(one, context)):
        return None
    return f"{stored(one)}{stored(other)}"[:LONGEST]


def _counts(value: Value, context: Context) -> bool:
    """Whether it is a number, a date or a moment, to which nothing unknown can be added."""
    return as_number(value) is not None or as_moment(value, context.zone) is not None


def _minus(one: Value, other: Value, context: Context) -> Value:
    """Two numbers; days before a date; the days between two dates."""
    first, second = as_number(one), as_number(other)
    if first is not None and second is not None:
        return first - second
    if second is not None:
        return _moved(one, -second, context)
    days = as_day(one, context.zone), as_day(other, context.zone)
    return None if days[0] is None or days[1] is None else Decimal((days[0] - days[1]).days)


def _moved(value: Value, days: Decimal, context: Context) -> Value:
    """A date some whole days later, a moment some days and parts of a day."""
    if is_empty(value) or isinstance(value, bool) or abs(days) > MOST_DAYS:
        return None
    moment = as_moment(value, context.zone)
    if moment is None:
        return None
    is_moment = isinstance(value, datetime) or (isinstance(value, str) and len(value.strip()) > len("2026-11-25"))
    try:
        return moment + timedelta(days=float(days)) if is_moment else moment.date() + timedelta(days=int(days))
    except OverflowError:
        return None


def _scaled(operator: str, one: Decimal | None, other: Decimal | None) -> Value:
    if one is None or other is None or (operator == "/" and not other):
        return None
    return one * other if operator == "*" else one / other
