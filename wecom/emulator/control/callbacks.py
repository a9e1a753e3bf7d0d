"""Control API: callbacks and their delivery, and the options of a request for the callbacks that it causes."""

import asyncio
import re
from dataclasses import asdict
from typing import Any

from wecom.emulator import clock, database, presenters
from wecom.emulator.callbacks import documented_events
from wecom.emulator.callbacks.dispatcher import DISPATCHER
from wecom.emulator.callbacks.enqueue import CallbackFaults, resend_callback
from wecom.emulator.callbacks.envelope import Field
from wecom.emulator.callbacks.url_verification import verify_url
from wecom.emulator.control.json_views import ControlError, ControlRequest, Result
from wecom.emulator.models import Callback

LONGEST_WAIT = 60.0  # seconds
MOST_COPIES = 32
NEWEST = 200
ELEMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,31}")


def list_callbacks(request: ControlRequest) -> Result:
    """The newest callbacks with their attempts, oldest first; `member` limits them to one member."""
    rows = Callback.objects.filter(app=request.app(), pk__gt=int(request.query_number("since"))).select_related("app")
    if request.query.get("member"):
        rows = rows.filter(userid=request.member().userid)
    newest = rows.order_by("-pk")[: int(request.query_number("limit", NEWEST))]
    return {"callbacks": [presenters.callback(row) for row in reversed(newest)]}


def resend(request: ControlRequest) -> Result:
    """Deliver the same bytes again, `copies` times at once."""
    row = Callback.objects.select_related("app__corp").filter(pk=request.path["number"]).first()
    if row is None:
        raise ControlError("there is no such callback", 404)
    resend_callback(row, copies=int(request.number("copies", 1)))
    return {"callback": presenters.callback(row)}


async def wait_until_settled(request: ControlRequest, result: Result) -> Result:
    """With `"wait": seconds`, answer once the callbacks were delivered or given up, with their attempts."""
    seconds = min(request.number("wait", 0), LONGEST_WAIT)
    if seconds > 0:
        await asyncio.sleep(0)  # lets the dispatcher take the deliveries
        if "callback" in result:
            result["callback"] = await _settled(result["callback"], seconds)
        if "callbacks" in result:
            result["callbacks"] = [await _settled(callback, seconds) for callback in result["callbacks"]]
    return result


async def _settled(callback: Result, seconds: float) -> Result:
    await DISPATCHER.wait_until_settled(callback["id"], seconds)
    return await database.run(_find, callback["id"])


def _find(number: int) -> Result:
    return presenters.callback(Callback.objects.select_related("app").get(pk=number))


def url_to_verify(request: ControlRequest) -> Result:
    """The `url` of the request, or the application's own."""
    return {"url": request.text("url", request.app().callback_url)}


async def verify(request: ControlRequest, result: Result) -> Result:
    """Verify the URL, as the platform does when an administrator saves the callback form."""
    app, now = await database.run(request.app), await database.run(clock.now)
    return asdict(await asyncio.to_thread(verify_url, app, result["url"], now))


def callback_faults(request: ControlRequest) -> CallbackFaults:
    """The faults of the callbacks that the request causes."""
    tamper = request.text("tamper", "")
    if tamper not in {"", "signature", "key", "corp", "body"}:
        raise ControlError("tamper must be signature, key, corp or body")
    return CallbackFaults(
        copies=min(max(int(request.number("copies", 1)), 1), MOST_COPIES),
        delay=request.number("delay", 0),
        skew=int(request.number("skew", 0)),
        age=int(request.number("age", 0)),
        tamper=tamper,
    )


def custom_fields(request: ControlRequest) -> dict[str, Any]:
    """The object `fields` of a request, which changes the fields of its callback."""
    fields = request.data.get("fields", {})
    if not isinstance(fields, dict) or not all(ELEMENT.fullmatch(name) for name in _names(fields)):
        raise ControlError("fields must be an object whose names are names of elements")
    return fields


def to_fields(values: dict[str, Any]) -> list[Field]:
    """The fields of a callback."""
    try:
        return documented_events.to_fields(values)
    except ValueError as problem:
        raise ControlError(f"fields: {problem}") from problem


def _names(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*map(str, value), *(name for inner in value.values() for name in _names(inner))]
    return [name for inner in value for name in _names(inner)] if isinstance(value, list) else []
