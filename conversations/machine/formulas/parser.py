"""Reads a formula: a descent from `or` to single values, with a limit of depth.

either     = both { "or" both }
both       = negation { "and" negation }
negation   = "not" negation | comparison
comparison = sum [ ( "=" | "!=" | "<" | "<=" | ">" | ">=" | [ "not" ] "in" ) sum ]
sum        = product { ( "+" | "-" ) product }
product    = sign { ( "*" | "/" ) sign }
sign       = "-" sign | single
single     = number | "text" | true | false | name | function "(" [ values ] ")" | "(" values ")" | "[" values "]"
values     = either { "," either }
"""

from collections.abc import Callable
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache

from conversations.machine.formulas.errors import Fault, FormulaError
from conversations.machine.formulas.functions import FUNCTIONS
from conversations.machine.formulas.syntax import Call, Expression, Literal, Name, Operation, Values
from conversations.machine.formulas.tokens import Kind, Token, tokens

MOST_LEVELS = 20
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
CLOSING = {"(": ")", "[": "]"}


@lru_cache(maxsize=2048)
def parse(formula: str) -> Expression:
    """The tree of a formula. Raises `FormulaError` with the place of the fault."""
    return _Parser(tokens(formula)).whole()


class _Parser:
    """Walks over the tokens once."""

    def __init__(self, found: list[Token]) -> None:
        self.tokens = found
        self.place = 0
        self.level = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.place]

    def whole(self) -> Expression:
        tree = self.either()
        if self.next.kind != Kind.END:
            raise FormulaError(Fault.UNEXPECTED, at=self.next.at, word=self.next.text)
        return tree

    def either(self) -> Expression:
        left = self.both()
        while self.takes("or"):
            left = Operation(operator="or", sides=(left, self.both()))
        return left

    def both(self) -> Expression:
        left = self.negation()
        while self.takes("and"):
            left = Operation(operator="and", sides=(left, self.negation()))
        return left

    def negation(self) -> Expression:
        if self.takes("not"):
            return Operation(operator="not", sides=(self.deeper(self.negation),))
        return self.comparison()

    def comparison(self) -> Expression:
        left = self.sum()
        for operator in COMPARISONS:
            if self.takes(operator):
                return Operation(operator=operator, sides=(left, self.sum()))
        if self.takes("in"):
            return Operation(operator="in", sides=(left, self.sum()))
        if self.next.text == "not" and self.next.kind == Kind.WORD and self.tokens[self.place + 1].text == "in":
            self.place += 2
            inner = Operation(operator="in", sides=(left, self.sum()))
            return Operation(operator="not", sides=(inner,))
        return left

    def sum(self) -> Expression:
        left = self.product()
        while operator := self.takes_one_of("+", "-"):
            left = Operation(operator=operator, sides=(left, self.product()))
        return left

    def product(self) -> Expression:
        left = self.sign()
        while operator := self.takes_one_of("*", "/"):
            left = Operation(operator=operator, sides=(left, self.sign()))
        return left

    def sign(self) -> Expression:
        if self.takes("-"):
            return Operation(operator="-", sides=(self.deeper(self.sign),))
        return self.single()

    def single(self) -> Expression:
        token = self.next
        self.place += 1
        match token.kind:
            case Kind.NUMBER:
                return Literal(value=Decimal(token.text))
            case Kind.TEXT:
                return Literal(value=token.text)
            case Kind.WORD if token.text in ("true", "false"):
                return Literal(value=token.text == "true")
            case Kind.NAME:
                return self.call(token) if self.next.text == "(" else Name(name=token.text, at=token.at)
            case Kind.MARK if token.text in CLOSING:
                items = self.listed(token)
                return items[0] if len(items) == 1 and token.text == "(" else Values(items=items)
            case Kind.END:
                raise FormulaError(Fault.ENDS_EARLY, at=token.at)
        raise FormulaError(Fault.UNEXPECTED, at=token.at, word=token.text)

    def call(self, token: Token) -> Expression:
        function = FUNCTIONS.get(token.text)
        if function is None:
            near = get_close_matches(token.text, FUNCTIONS, n=1)
            raise FormulaError(Fault.FUNCTION, at=token.at, word=token.text, instead=near[0] if near else "")
        bracket = self.next
        self.place += 1
        arguments = () if self.takes(")") else self.listed(bracket)
        if not function.least <= len(arguments) <= function.most:
            raise FormulaError(Fault.ARGUMENTS, at=token.at, word=token.text, instead=function.example)
        return Call(function=token.text, arguments=arguments)

    def listed(self, bracket: Token) -> tuple[Expression, ...]:
        """Values with commas between them, up to the closing bracket."""
        items = [self.deeper(self.either)]
        while self.takes(","):
            items.append(self.deeper(self.either))
        if not self.takes(CLOSING[bracket.text]):
            if self.next.kind == Kind.END:
                raise FormulaError(Fault.OPEN_BRACKET, at=bracket.at, word=bracket.text)
            raise FormulaError(Fault.UNEXPECTED, at=self.next.at, word=self.next.text)
        return tuple(items)

    def deeper(self, read: Callable[[], Expression]) -> Expression:
        self.level += 1
        if self.level > MOST_LEVELS:
            raise FormulaError(Fault.TOO_DEEP, at=self.next.at, word=str(MOST_LEVELS))
        tree = read()
        self.level -= 1
        return tree

    def takes(self, text: str) -> bool:
        """Go past this word or mark if it is next."""
        is_next = self.next.text == text and self.next.kind in (Kind.WORD, Kind.MARK)
        self.place += is_next
        return is_next

    def takes_one_of(self, *texts: str) -> str:
        return next((text for text in texts if self.takes(text)), "")
