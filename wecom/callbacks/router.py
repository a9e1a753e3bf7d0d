"""The registry of handlers, and the choice among them."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from wecom.contents import Content
from wecom.messages import Event, Inbound, Message
from wecom.models import Callback

Reply = str | Content
Handler = Callable[[Any], "Awaitable[Reply | None] | Reply | None"]
Preparation = Callable[["Incoming"], object]
ANY = "*"


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """The arguments of a final handler: the message, the row that recorded it, and the result of its `prepare`."""

    inbound: Inbound
    callback: Callback
    prepared: Any = None


@dataclass(frozen=True, kw_only=True)
class Route:
    """A handler and the messages that it wants. `final` ones run last, in the transaction that settles the callback.

    `prepare` of a final one runs before that transaction: for slow work that would hold the database. While a person
    answers the member, only those code handlers run that `always` do.
    """

    sort: str
    name: str
    handler: Handler
    final: bool
    prepare: Preparation | None = None
    always: bool = False

    def fits(self, inbound: Inbound) -> bool:
        if isinstance(inbound, Event):
            return self.sort == "event" and self.name in (ANY, inbound.event)
        if self.sort == "command":
            return isinstance(inbound, Message) and inbound.get_command() == self.name
        return self.sort == "message" and self.name in (ANY, inbound.kind)

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """Code of other apps before ours, commands before messages, the exact before the catch-all."""
        return self.final, self.sort != "command", self.name == ANY


class Router:
    """Handlers in the order of their registration, the more specific first."""

    def __init__(self) -> None:
        self._routes: list[Route] = []

    def add(
        self,
        sort: str,
        name: str,
        handler: Handler,
        *,
        final: bool,
        always: bool = False,
        prepare: Preparation | None = None,
    ) -> None:
        route = Route(sort=sort, name=name.lower(), handler=handler, final=final, always=always, prepare=prepare)
        self._routes.append(route)

    def remove(self, handler: Handler) -> None:
        """Forget a handler, for tests and for apps that reload."""
        self._routes = [route for route in self._routes if route.handler is not handler]

    @contextmanager
    def temporary(self) -> Iterator[None]:
        """Handlers that are registered inside are forgotten at the end."""
        before = self._routes
        self._routes = list(before)
        try:
            yield
        finally:
            self._routes = before

    def routes(self, inbound: Inbound, *, final: bool) -> Iterator[Route]:
        """The handlers that want this, in the order to try them."""
        fitting = (route for route in self._routes if route.final == final and route.fits(inbound))
        return iter(sorted(fitting, key=lambda route: route.rank))

    def names(self, inbound: Inbound) -> bool:
        """Whether a code handler asked for just this, not for anything."""
        return any(route.name != ANY for route in self.routes(inbound, final=False))


router = Router()
