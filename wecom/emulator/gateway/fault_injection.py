"""Calls that a fault hits: delayed, refused, answered with garbage, or cut off."""

import asyncio
from dataclasses import replace

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from wecom.emulator import database
from wecom.emulator.gateway import faults
from wecom.emulator.gateway.authenticated_calls import ApiCall, CallResult, authenticate, error_answer, run_endpoint
from wecom.emulator.gateway.call_log import CONNECTION_FAULTS, log_and_respond
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.gateway.transport import KEY, Connection
from wecom.emulator.models import Fault


async def respond(http: HttpRequest, call: ApiCall, fault: Fault, started: float) -> HttpResponse:
    """The response to a call with a fault."""
    delayed = fault.kind == Fault.Kind.DELAY
    if delayed and not fault.processed:
        await asyncio.sleep(fault.value)
    result = await database.run(_process, call, fault)
    if delayed and fault.processed:
        await asyncio.sleep(fault.value)
    response = await database.run(log_and_respond, http, call, result, started, fault)
    if fault.kind in CONNECTION_FAULTS:
        await _close_connection(http, fault)
    return response


@transaction.atomic
def _process(call: ApiCall, fault: Fault) -> CallResult:
    """The call's result. A fault that is not `processed` strikes before the call takes effect."""
    if not fault.processed and fault.kind not in {Fault.Kind.DELAY, Fault.Kind.DROP}:
        errcode = int(fault.value) if fault.kind == Fault.Kind.ERRCODE else 0
        return CallResult(answer=error_answer(ApiError(errcode), call))
    app = None
    try:
        with transaction.atomic():
            app = authenticate(call)
            request = replace(
                call.request,
                app=app,
                drop=fault.kind == Fault.Kind.DROP,
                unreachable=faults.affected_members(fault, call.addressed_members(), kind=Fault.Kind.PARTIAL),
                unlicensed=faults.affected_members(fault, call.addressed_members(), kind=Fault.Kind.UNLICENSED),
            )
            answer = run_endpoint(call, request)
    except ApiError as error:
        answer = error_answer(error, call)
    if isinstance(answer, dict) and fault.processed and fault.kind == Fault.Kind.ERRCODE:
        answer = error_answer(ApiError(int(fault.value)), call)
    return CallResult(answer=answer, app=app)


async def _close_connection(http: HttpRequest, fault: Fault) -> None:
    connection: Connection = http.scope[KEY]  # type: ignore[attr-defined]
    if fault.kind == Fault.Kind.HALF_CLOSE:
        connection.half_close()
        await asyncio.sleep(fault.value)
    await connection.reset()
