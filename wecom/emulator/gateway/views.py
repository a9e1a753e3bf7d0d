"""The platform's API over HTTP: token and rate limit, endpoint, log, answer; or the fault that was injected."""

import time
from dataclasses import replace

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from wecom.emulator import database
from wecom.emulator.gateway import fault_injection, faults
from wecom.emulator.gateway.authenticated_calls import (
    ApiCall,
    CallResult,
    authenticate,
    error_answer,
    read_call,
    run_endpoint,
)
from wecom.emulator.gateway.call_log import log_and_respond
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import Fault


async def cgi_bin(http: HttpRequest, path: str) -> HttpResponse:
    """One call of `/cgi-bin/<path>`."""
    call, started = read_call(http, path.strip("/")), time.perf_counter()
    result = await database.run(_respond, http, call, started)
    return await fault_injection.respond(http, call, result, started) if isinstance(result, Fault) else result


def _respond(http: HttpRequest, call: ApiCall, started: float) -> HttpResponse | Fault:
    """The response; or the fault that hits the call, before anything else happened.

    The effects of a call and its line in the log are committed together, before the answer goes out.
    """
    fault = _take_fault(call) if faults.any_active() else None
    if fault is not None:
        return fault
    app = None
    try:
        with transaction.atomic():
            app = authenticate(call)
            answer = run_endpoint(call, replace(call.request, app=app))
            return log_and_respond(http, call, CallResult(answer=answer, app=app), started)
    except ApiError as error:
        answer = error_answer(error, call)
    return log_and_respond(http, call, CallResult(answer=answer, app=app), started)


@transaction.atomic
def _take_fault(call: ApiCall) -> Fault | None:
    return faults.take_fault(call.path, call.addressed_members())
