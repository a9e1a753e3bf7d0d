"""Control API: the ledger of received messages, as JSON and as a file."""

import asyncio
import json
import time
from typing import Any

from django.http import HttpRequest, HttpResponse

from wecom.emulator import database, presenters
from wecom.emulator.control.callbacks import LONGEST_WAIT
from wecom.emulator.control.json_views import ControlError, ControlRequest, Result, find_member
from wecom.emulator.models import App, Corp, Entry

POLL_INTERVAL = 0.03


def list_entries(request: ControlRequest) -> Result:
    """The messages that members received, in order; `member` and `since` (an entry's ID) limit it."""
    app = request.app()
    rows = Entry.objects.filter(app=app, received=True, pk__gt=int(request.query_number("since")))
    if request.query.get("member"):
        rows = rows.filter(member=request.member())
    rows = rows.select_related("message", "member", "app")[: int(request.query_number("limit", 1000))]
    return {"entries": [presenters.entry(row) for row in rows]}


async def wait_for_entries(request: ControlRequest, result: Result) -> Result:
    """With `wait` seconds, answer once there are `count` entries (1), or the time is over."""
    end = time.monotonic() + min(request.query_number("wait"), LONGEST_WAIT)
    count = int(request.query_number("count", 1))
    seen = 0
    while len(result["entries"]) < count and time.monotonic() < end:
        await asyncio.sleep(POLL_INTERVAL)
        changes = await database.run(database.total_changes)
        if changes != seen:
            seen, result = changes, await database.run(list_entries, request)
    return result


async def export(request: HttpRequest) -> HttpResponse:
    """The ledger of all applications as JSON lines, oldest first; `member`, `corpid` and `agentid` limit it."""
    query = {name: str(value) for name, value in request.GET.items()}
    try:
        lines = await database.run(_lines, query, f"{request.scheme}://{request.get_host()}")
    except ControlError as error:
        return HttpResponse(error.message, status=error.status, content_type="text/plain; charset=utf-8")
    response = HttpResponse("".join(f"{line}\n" for line in lines), content_type="application/x-ndjson; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="ledger.jsonl"'
    return response


def _lines(query: dict[str, str], base_url: str) -> list[str]:
    rows = Entry.objects.filter(received=True).select_related("message", "member", "app__corp", "chat")
    if query.get("agentid"):
        if not query["agentid"].isdecimal() or not App.objects.filter(agent_id=query["agentid"]).exists():
            raise ControlError("there is no such application", 404)
        rows = rows.filter(app__agent_id=query["agentid"])
    if query.get("member"):
        corps = Corp.objects.filter(corp_id=query["corpid"]) if query.get("corpid") else Corp.objects.all()
        corp = corps.first()
        if corp is None:
            raise ControlError("there is no such company", 404)
        rows = rows.filter(member=find_member(corp, query["member"]))
    return [json.dumps(_exported_entry(row, base_url), ensure_ascii=False) for row in rows.iterator()]


def _exported_entry(row: Entry, base_url: str) -> dict[str, Any]:
    """The entry with its company, and with a complete address of its media."""
    entry = presenters.entry(row)
    if entry["media_url"]:
        entry["media_url"] = base_url + entry["media_url"]
    return {"corpid": row.app.corp.corp_id, **entry}
