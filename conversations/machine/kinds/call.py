"""Call a service, then go on."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, ClassVar

from conversations.machine.calls import Call, Method, request_of
from conversations.machine.edges import Edge, On
from conversations.machine.effects import CallService
from conversations.machine.nodes.declarations import Drawing, gettext_noop, named
from conversations.machine.nodes.node import Line, Node, Walk, Wording
from conversations.machine.nodes.registry import register
from conversations.machine.nodes.returns import returned
from conversations.machine.places import Act, Place
from core.text.placeholders import parse_values, value_lines


@register
@dataclass(frozen=True, kw_only=True)
class CallNode(Node):
    """A request to a service. The results that it keeps of the response are answers."""

    kind = "call"
    does = gettext_noop("call a service, then go on")
    order = 80
    drawing = Drawing(
        light="#0e7490",
        dark="#22d3ee",
        glyph="M7 9.5h9M13.2 6.7l2.8 2.8-2.8 2.8M17 14.5H8M10.8 11.7L8 14.5l2.8 2.8",
    )
    rests = True
    brings = "call"
    ways = (On.NEXT, On.FAILED, On.TIMEOUT)
    lines: ClassVar[tuple[Line, ...]] = (
        *(("text",), ("method", "url"), ("headers",), ("body",), ("seconds", "attempts"), ("results",)),
    )

    call: Call | None = field(
        default=None, metadata=named(gettext_noop("call"), lambda data: Call.from_json(data) if data else None)
    )

    def enter(self, walk: Walk, place: Place, *, is_passed: bool) -> tuple[Place, bool]:
        self.say(walk, place)
        if self.call is None:
            return place, True
        walk.do(CallService(request=request_of(self.call, lambda text: walk.fill(text, place), walk.slots)))
        return place, False

    def take(self, walk: Walk, place: Place, act: Act, text: str) -> Place:
        return returned(self, walk, place, act, text)

    @property
    def results(self) -> tuple[tuple[str, str], ...]:
        return self.call.results if self.call else ()

    def leads_silently(self, silent_flows: Collection[int], *, asking: bool) -> tuple[Edge, ...]:
        return self.edges

    @property
    def sent_texts(self) -> tuple[str, ...]:
        return self.call.texts if self.call else ()

    def summary(self, wording: Wording) -> str:
        return f"{self.call.method} {self.call.url.partition('://')[2] or self.call.url}" if self.call else ""

    @classmethod
    def of_row(cls, row: Any) -> dict[str, Any]:
        call = Call(
            method=Method(row.method),
            url=row.url.strip(),
            headers=tuple(parse_values(row.headers).items()),
            body=row.body.strip().replace("\r\n", "\n"),
            seconds=row.seconds,
            attempts=row.attempts,
            results=tuple(parse_values(row.results).items()),
        )
        return {**super().of_row(row), "call": call}

    def to_row(self) -> dict[str, Any]:
        call = self.call or Call()
        return {
            **super().to_row(),
            **{"method": call.method.value, "url": call.url, "body": call.body},
            **{"seconds": call.seconds, "attempts": call.attempts},
            **{"headers": value_lines(dict(call.headers)), "results": value_lines(dict(call.results))},
        }
