"""The log of API calls, and the HTTP response that follows a logged call."""

import hashlib
import json
import logging
import time

from django.http import HttpRequest, HttpResponse

from wecom.emulator import clock, live_updates
from wecom.emulator.conf import options
from wecom.emulator.gateway.authenticated_calls import ApiCall, CallResult
from wecom.emulator.gateway.endpoint_registry import ENDPOINTS, Answer, File
from wecom.emulator.gateway.range_responses import range_response
from wecom.emulator.models import Call, Fault, sql

logger = logging.getLogger(__name__)

LONGEST_BODY = 8192  # characters of a body in the log
CONNECTION_FAULTS = {Fault.Kind.RESET, Fault.Kind.HALF_CLOSE}  # no response reaches the caller
HTML = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"
JSON = "application/json; charset=UTF-8"


def log_and_respond(
    http: HttpRequest, call: ApiCall, result: CallResult, started: float, fault: Fault | None = None
) -> HttpResponse:
    """The response to a call, changed as the fault demands, after the call was logged."""
    answer, request = result.answer, call.request
    text = answer.filename if isinstance(answer, File) else json.dumps(answer, ensure_ascii=False)
    response = _response(http, answer, text, fault)
    payload = request.upload.data if request.upload else request.body
    no_response = fault is not None and fault.kind in CONNECTION_FAULTS
    row = Call(
        path=call.path[:100],
        app_id=None if result.app is None else result.app.pk,
        at=clock.now(),
        errcode=answer.get("errcode") if isinstance(answer, dict) else 0,
        status=None if no_response else response.status_code,
        milliseconds=(time.perf_counter() - started) * 1000,
        digest=hashlib.sha256(payload).hexdigest(),
        request=request.upload.filename if request.upload else request.body[:LONGEST_BODY].decode(errors="replace"),
        answer=text[:LONGEST_BODY],
        fault=str(fault)[:64] if fault is not None else "",
    )
    if sql.add(row).pk % 100 == 0:
        Call.objects.filter(pk__lte=row.pk - options().keep_calls).delete()
    if call.path not in ENDPOINTS and fault is None:
        logger.warning("A call that is not emulated was answered with errcode 40066: %r.", row.path)
    live_updates.call_logged(row)
    return response


def _response(http: HttpRequest, answer: Answer, text: str, fault: Fault | None) -> HttpResponse:
    kind = None if fault is None else fault.kind
    if fault is not None and kind == Fault.Kind.STATUS:
        return HttpResponse(HTML, status=int(fault.value))
    if kind == Fault.Kind.HTML:
        return HttpResponse(HTML)
    if kind == Fault.Kind.EMPTY:
        return HttpResponse(b"", content_type=JSON)
    if isinstance(answer, File):
        return range_response(http, answer, download=True)
    body = text.encode()
    return HttpResponse(body[: len(body) // 2] if kind == Fault.Kind.TRUNCATED else body, content_type=JSON)
