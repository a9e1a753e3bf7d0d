"""`/cgi-bin/…`: from an HTTP request to an endpoint and back, with whatever fault was asked for."""

import asyncio
import hashlib
import json
import time
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDictKeyError

from wecom.emulator import clock, database, live
from wecom.emulator.conf import options
from wecom.emulator.gateway import faults, range_responses, rate_limits, tokens
from wecom.emulator.gateway.error_codes import ApiError, words
from wecom.emulator.gateway.registry import ENDPOINTS, Answer, File, Request, Upload
from wecom.emulator.gateway.transport import KEY, Connection
from wecom.emulator.models import App, Call, Fault, sql

FORMS = {"media/upload", "media/uploadimg"}
KEPT = 8192  # characters of a body that the log keeps
BREAKING = {Fault.Kind.RESET, Fault.Kind.HALF_CLOSE}
HTML = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"
JSON = "application/json; charset=UTF-8"


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """An HTTP request, read."""

    path: str
    method: str
    request: Request
    refusal: ApiError | None

    def addressed(self) -> set[str]:
        """The user IDs that the call is about, lower-cased."""
        try:
            named = self.request.json().get("touser", "") if self.method == "POST" else ""
        except ApiError:
            named = ""
        named = f"{named}|{self.request.query.get('userid', '')}"
        return {name.lower() for name in named.split("|") if name}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What happened to a call."""

    answer: Answer
    app: App | None = None


async def view(request: HttpRequest, path: str) -> HttpResponse:
    """One call."""
    incoming, started = _read(request, path.strip("/")), time.perf_counter()
    result = await database.run(_straight, request, incoming, started)
    return await _spoil(request, incoming, result, started) if isinstance(result, Fault) else result


def _straight(http: HttpRequest, incoming: Incoming, started: float) -> HttpResponse | Fault:
    """The usual way: what the call does and what the log says of it become true together, before the answer goes out.
    Returns a fault where one strikes first."""
    fault = _struck(incoming) if faults.waiting() else None
    if fault is not None:
        return fault
    app = None
    try:
        with transaction.atomic():
            app = _authenticate(incoming)
            answer = _dispatch(incoming, replace(incoming.request, app=app))
            return _logged(http, incoming, Outcome(answer=answer, app=app), None, started)
    except ApiError as error:
        answer = _refusal(error, incoming)
    return _logged(http, incoming, Outcome(answer=answer, app=app), None, started)


@transaction.atomic
def _struck(incoming: Incoming) -> Fault | None:
    return faults.take(incoming.path, incoming.addressed())


async def _spoil(http: HttpRequest, incoming: Incoming, fault: Fault, started: float) -> HttpResponse:
    """The call with a fault."""
    late = fault.kind == Fault.Kind.DELAY
    if late and not fault.processed:
        await asyncio.sleep(fault.value)
    outcome = await database.run(_process, incoming, fault)
    if late and fault.processed:
        await asyncio.sleep(fault.value)
    response = await database.run(_logged, http, incoming, outcome, fault, started)
    if fault.kind in BREAKING:
        await _break(http, fault)
    return response


async def _break(http: HttpRequest, fault: Fault) -> None:
    connection: Connection = http.scope[KEY]  # type: ignore[attr-defined]
    if fault.kind == Fault.Kind.HALF_CLOSE:
        connection.half_close()
        await asyncio.sleep(fault.value)
    await connection.reset()


def _read(http: HttpRequest, path: str) -> Incoming:
    query = {name: str(value) for name, value in http.GET.items()}
    upload, refusal = None, None
    if path in FORMS and http.method == "POST":
        try:
            upload = _upload(http)
        except ApiError as error:
            refusal = error
    address = http.META.get("REMOTE_ADDR", "127.0.0.1")
    request = Request(
        query=query,
        body=b"" if upload else http.body,
        address=address,
        upload=upload,
        app=None,
        range=http.headers.get("Range", ""),
        base_url=f"{http.scheme}://{http.get_host()}",
    )
    return Incoming(path=path, method=http.method or "GET", request=request, refusal=refusal)


def _upload(http: HttpRequest) -> Upload:
    """The part named `media`. As on the platform, an RFC 2231 `filename*=` is not understood."""
    head = http.body[:1024].split(b"\r\n\r\n")[0]
    if b"filename*=" in head:
        raise ApiError(44001, "filename* is not supported, send the name as raw UTF-8")
    try:
        part = http.FILES["media"]
    except MultiPartParserError as error:
        raise ApiError(44001) from error
    except MultiValueDictKeyError as error:
        raise ApiError(41005) from error
    return Upload(filename=part.name or "file", data=part.read())  # type: ignore[union-attr]


@transaction.atomic
def _process(incoming: Incoming, fault: Fault) -> Outcome:
    """The call itself, unless the fault comes first."""
    before = not fault.processed and fault.kind not in {Fault.Kind.DELAY, Fault.Kind.DROP}
    if before:
        errcode = int(fault.value) if fault.kind == Fault.Kind.ERRCODE else 0
        return Outcome(answer=_refusal(ApiError(errcode), incoming))
    app = None
    try:
        with transaction.atomic():
            app = _authenticate(incoming)
            asked = replace(
                incoming.request,
                app=app,
                dropping=fault.kind == Fault.Kind.DROP,
                unreachable=faults.left_out(fault, incoming.addressed(), kind=Fault.Kind.PARTIAL),
                unlicensed=faults.left_out(fault, incoming.addressed(), kind=Fault.Kind.UNLICENSED),
            )
            answer = _dispatch(incoming, asked)
    except ApiError as error:
        answer = _refusal(error, incoming)
    if isinstance(answer, dict) and fault.processed and fault.kind == Fault.Kind.ERRCODE:
        answer = _refusal(ApiError(int(fault.value)), incoming)
    return Outcome(answer=answer, app=app)


def _authenticate(incoming: Incoming) -> App | None:
    """The token's owner, who has calls left."""
    found = ENDPOINTS.get(incoming.path)
    if found is None:
        raise ApiError(40066)
    app = None if found.open else tokens.owner(incoming.request.query.get("access_token", ""))
    rate_limits.check(incoming.path, app, incoming.request.address)
    return app


def _dispatch(incoming: Incoming, request: Request) -> Answer:
    found = ENDPOINTS[incoming.path]
    if incoming.method != found.method:
        raise ApiError(43001 if found.method == "GET" else 43002)
    if incoming.refusal is not None:
        raise incoming.refusal
    answer = found.handler(request)
    return answer if isinstance(answer, File) else {"errcode": 0, "errmsg": "ok", **answer}


def _refusal(error: ApiError, incoming: Incoming) -> dict[str, Any]:
    """The answer; what the call did before it was refused has been undone."""
    if isinstance(error, tokens.WrongSecretGiven):
        error.remember()
    explained = words(error.errcode, detail=error.detail, address=incoming.request.address)
    return {"errcode": error.errcode, "errmsg": explained}


def _logged(
    http: HttpRequest, incoming: Incoming, outcome: Outcome, fault: Fault | None, started: float
) -> HttpResponse:
    """The response, once the log has the call."""
    answer, request = outcome.answer, incoming.request
    shown = answer.filename if isinstance(answer, File) else json.dumps(answer, ensure_ascii=False)
    response = _respond(http, answer, shown, fault)
    payload = request.upload.data if request.upload else request.body
    broken = fault is not None and fault.kind in BREAKING
    row = Call(
        path=incoming.path[:100],
        app_id=None if outcome.app is None else outcome.app.pk,
        at=clock.now(),
        errcode=answer.get("errcode") if isinstance(answer, dict) else 0,
        status=None if broken else response.status_code,
        milliseconds=(time.perf_counter() - started) * 1000,
        digest=hashlib.sha256(payload).hexdigest(),
        request=request.upload.filename if request.upload else request.body[:KEPT].decode(errors="replace"),
        answer=shown[:KEPT],
        fault=str(fault)[:64] if fault is not None else "",
    )
    if sql.add(row).pk % 100 == 0:
        Call.objects.filter(pk__lte=row.pk - options().keep_calls).delete()
    live.call(row)
    return response


def _respond(http: HttpRequest, answer: Answer, text: str, fault: Fault | None) -> HttpResponse:
    kind = None if fault is None else fault.kind
    if fault is not None and kind == Fault.Kind.STATUS:
        return HttpResponse(HTML, status=int(fault.value))
    if kind == Fault.Kind.HTML:
        return HttpResponse(HTML)
    if kind == Fault.Kind.EMPTY:
        return HttpResponse(b"", content_type=JSON)
    if isinstance(answer, File):
        return range_responses.respond(http, answer, download=True)
    body = text.encode()
    return HttpResponse(body[: len(body) // 2] if kind == Fault.Kind.TRUNCATED else body, content_type=JSON)
