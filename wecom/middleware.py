"""Answers callbacks before the middleware of pages: they have no session, no language, no log-in and no form.

`ByWSGI` and `ByASGI` stand in front of Django's handlers and call the view in a thread. With `OPENUSER_CALLBACK_LANE`
the event loop of `ByASGI` calls the same function as the view, without a thread. In tests, `WebhookMiddleware` calls
the view.
"""

import asyncio
import errno
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache, partial
from http import HTTPStatus
from io import BytesIO
from typing import Any, NamedTuple, cast

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.urls import Resolver404, ResolverMatch, get_script_prefix, resolve, reverse

from core.logs import clear_correlation_id
from core.metrics import writer
from core.storage import upkeep
from core.work.db_connections import keep_connections
from wecom import metrics, services

logger = logging.getLogger(__name__)

NEEDED = (SecurityMiddleware, XFrameOptionsMiddleware)
THREADS = 32  # they wait for a commit that they share, and hold no connection to the database
MOST_ANSWERS = 1000
BODY_SECONDS = 5.0  # as long as the platform waits for an answer; whoever sends more slowly is not the platform

Scope = dict[str, Any]
Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]


def _chain(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A view under `NEEDED`."""
    answer: Any = view
    for middleware in reversed(NEEDED):
        answer = middleware(convert_exception_to_response(answer))
    whole: Any = convert_exception_to_response(answer)
    return cast(Callable[[HttpRequest], HttpResponse], whole)


def _view(request: HttpRequest) -> HttpResponse:
    request.get_host()  # refuses a name that is not ours
    match = _match(request.path_info)
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    response.headers["Content-Length"] = str(len(response.content))
    return response


def _given(answer: services.CallbackAnswer) -> Callable[[HttpRequest], HttpResponse]:
    """A view that gives this answer, under `NEEDED`."""

    def view(request: HttpRequest) -> HttpResponse:
        request.get_host()
        return answer.response()

    return _chain(view)


@lru_cache(maxsize=100)
def _match(path: str) -> ResolverMatch:
    return resolve(path)


class _Acknowledgement(NamedTuple):
    """The answer to a sound callback, as events, and the key of the address at which it came."""

    key: str
    events: list[Event]


class WebhookMiddleware:
    """Calls the view of a callback's address under `NEEDED` only; every other request goes on. Placed first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._answer = _chain(_view)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._answer(request) if request.path_info.startswith(_root()) else self.get_response(request)


class _Gateway:
    """The part that both web servers share: the view, called in a thread."""

    def __init__(self, others: Any) -> None:
        """`others` gets every request that is no callback."""
        self._others = others
        self._answer = _chain(_view)

    def _answer_in_thread(self, make_request: Callable[[], HttpRequest]) -> HttpResponse:
        clear_correlation_id()
        try:
            return self._answer(make_request())
        except UnicodeDecodeError:  # of the path or the query
            return HttpResponseBadRequest()
        finally:
            keep_connections()


class ByWSGI(_Gateway):
    """A WSGI application that answers callbacks itself and hands every other request on."""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        # The path is Latin-1 here, and the prefix of callbacks is ASCII.
        if not environ.get("PATH_INFO", "").startswith(_root()):
            others: Iterable[bytes] = self._others(environ, start_response)
            return others
        began = time.perf_counter()
        writer.start()
        response = self._answer_in_thread(partial(WSGIRequest, environ))
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _note_silence(response.status_code)
            # WSGI knows no end without an answer, but gunicorn and `runserver` end a connection that its client reset.
            raise ConnectionResetError(errno.ECONNRESET, "A callback is left without an answer.")
        metrics.CALLBACK_SECONDS.observe(time.perf_counter() - began)
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [response.content]


class ByASGI(_Gateway):
    """An ASGI application that answers callbacks itself and hands every other request on.

    The view answers in a thread, which is one step; Django's own handler takes three and starts two threads for each
    request. With the lane, usual callbacks are answered in the event loop.
    """

    def __init__(self, others: Any) -> None:
        super().__init__(others)
        self._lane = services.CallbackReception() if settings.WECOM["CALLBACK_LANE"] else None
        self._answers: dict[object, _Acknowledgement | None] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._is_callback(scope):
            await self._others(scope, receive, send)
            return
        try:
            await self._answer_callback(scope, receive, send)
        except asyncio.CancelledError:  # at its end the server would answer for us, with an error
            _hang_up(receive)
            raise

    async def _answer_callback(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        try:
            body = await _body_in_time(receive)
        except TimeoutError:
            for event in _events(HttpResponse(status=408, headers={"Connection": "close"})):
                await send(event)
            return
        if body is None:
            return
        events = await self._events_for(scope, body)
        if events[0]["status"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _note_silence(events[0]["status"])
            await _disconnect(receive)
            return
        for event in events:
            await send(event)
        metrics.CALLBACK_SECONDS.observe(time.perf_counter() - began)

    async def _events_for(self, scope: Scope, body: bytes) -> list[Event]:
        try:
            return await self._by_lane(scope, body) or _events(await self._viewed(scope, body))
        except Exception:  # the edge of a process, whose server would answer for us
            logger.exception("A callback could not be answered.")
            return _events(HttpResponse(status=500))

    async def answer_lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The server starts and stops this process."""
        while (event := await receive())["type"] != "lifespan.shutdown":
            if event["type"] == "lifespan.startup":
                await (self._lane.start() if self._lane else asyncio.to_thread(services.start_reception))
                writer.start()
                upkeep.start()
                await send({"type": "lifespan.startup.complete"})
        await (self._lane.stop() if self._lane else asyncio.to_thread(services.stop_reception))
        await asyncio.to_thread(writer.start().stop)
        await asyncio.to_thread(upkeep.start().stop)
        await send({"type": "lifespan.shutdown.complete"})

    def _is_callback(self, scope: Scope) -> bool:
        prefix = settings.FORCE_SCRIPT_NAME or scope.get("root_path", "")
        return scope["type"] == "http" and str(scope["path"]).removeprefix(prefix).startswith(_root())

    async def _by_lane(self, scope: Scope, body: bytes) -> list[Event] | None:
        """The answer to a callback as the platform sends them; None for every other request, which the view answers."""
        if self._lane is None or scope["method"] != "POST" or services.read_signed_query(scope["query_string"]) is None:
            return None
        sound = self._answer_of(scope)
        if sound is None:
            return None
        answer = await self._lane.receive(sound.key, scope["query_string"], body)
        if answer.status == HTTPStatus.OK:
            return sound.events
        return _events(_given(answer)(ASGIRequest(scope, BytesIO())))

    def _answer_of(self, scope: Scope) -> _Acknowledgement | None:
        """The answer to a sound callback with this address and these headers; None if it would be refused.

        Kept, as the platform's requests differ only in their query and their body.
        """
        headers = tuple(header for header in scope["headers"] if header[0] != b"content-length")
        key = scope["path"], scope.get("root_path"), scope.get("scheme"), headers
        if key not in self._answers:
            if len(self._answers) >= MOST_ANSWERS:
                self._answers.clear()
            self._answers[key] = self._made_answer(scope)
        return self._answers[key]

    def _made_answer(self, scope: Scope) -> _Acknowledgement | None:
        try:
            request = ASGIRequest({**scope, "query_string": b""}, BytesIO())
            match = _match(request.path_info)
        except (Resolver404, UnicodeDecodeError):
            return None
        response = _given(services.acknowledgement())(request)
        if response.status_code != HTTPStatus.OK:  # for another host, or not by HTTPS
            return None
        return _Acknowledgement(match.kwargs.get("key", ""), _events(response))

    async def _viewed(self, scope: Scope, body: bytes) -> HttpResponse:
        request = partial(ASGIRequest, scope, BytesIO(body))
        return await asyncio.get_running_loop().run_in_executor(_threads(), self._answer_in_thread, request)


async def _body_in_time(receive: Receive) -> bytes | None:
    """`_body`. Raises `TimeoutError` if it comes too slowly."""
    if _has_come(receive):  # as nearly all have; a timer takes as long as reading the signature
        return await _body(receive)
    async with asyncio.timeout(BODY_SECONDS):
        return await _body(receive)


def _has_come(receive: Receive) -> bool:
    """Whether uvicorn has the whole body. ASGI does not tell, but uvicorn's requests do."""
    return getattr(getattr(receive, "__self__", None), "more_body", True) is False


async def _body(receive: Receive) -> bytes | None:
    """As much of the body as the view needs to refuse one that is too long; None if the client went away."""
    body, more = b"", True
    while more and len(body) <= settings.WECOM["MAX_BODY"]:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        body += event.get("body", b"")
        more = event.get("more_body", False)
    return body


async def _disconnect(receive: Receive) -> None:
    """Returns when the client has given up. The server answers for an application that returns earlier."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _note_silence(status: int) -> None:
    """The platform repeats a callback without an answer, and may take an error for the end of it."""
    metrics.CALLBACKS.add("", "unpersisted")
    logger.error("A callback is left without an answer.", extra={"status": status})


def _hang_up(receive: Receive) -> None:
    """End the connection without an answer. ASGI has no event for that, but uvicorn's requests have their transport."""
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if isinstance(transport, asyncio.Transport):
        transport.abort()


def _events(response: HttpResponse) -> list[Event]:
    headers = [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in response.items()]
    start = {"type": "http.response.start", "status": response.status_code, "headers": headers}
    return [start, {"type": "http.response.body", "body": response.content}]


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="webhook")


@cache
def _root() -> str:
    return "/" + reverse("webhook").removeprefix(get_script_prefix())
