"""The ledger as a file: one line of JSON for each thing that somebody received, with addresses of its media."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse

from wecom.emulator import database, presenters
from wecom.emulator.gateway.json_views import ControlError, find_member
from wecom.emulator.models import App, Corp, Entry


async def ledger(request: HttpRequest) -> HttpResponse:
    """Everything, of all applications, oldest first; `member` (and `corpid`) and `agentid` narrow it."""
    query = {name: str(value) for name, value in request.GET.items()}
    try:
        lines = await database.run(_lines, query, f"{request.scheme}://{request.get_host()}")
    except ControlError as error:
        return HttpResponse(error.words, status=error.status, content_type="text/plain; charset=utf-8")
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
        named = Corp.objects.filter(corp_id=query["corpid"]) if query.get("corpid") else Corp.objects.all()
        corp = named.first()
        if corp is None:
            raise ControlError("there is no such company", 404)
        rows = rows.filter(member=find_member(corp, query["member"]))
    return [json.dumps(_complete(row, base_url), ensure_ascii=False) for row in rows.iterator()]


def _complete(row: Entry, base_url: str) -> dict[str, Any]:
    """The entry, with the company and an address at which its media can be fetched."""
    entry = presenters.entry(row)
    if entry["media_url"]:
        entry["media_url"] = base_url + entry["media_url"]
    return {"corpid": row.app.corp.corp_id, **entry}
