"""The control API's frame: JSON in, a handler on the server's own thread, JSON out.

A wrong request is answered 400 with `{"error": …}`, so that a test fails with words.
"""

import json
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from wecom.emulator import database
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.gateway.registry import Upload
from wecom.emulator.models import App, Corp, Member

Result = dict[str, Any]


class ControlError(Exception):
    """A request that the emulator does not understand."""

    def __init__(self, words: str, status: int = 400) -> None:
        super().__init__(words, status)
        self.words = words
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Control:
    """A request to the control API. `data` is the JSON body, or the form's fields beside an upload."""

    query: dict[str, str]
    data: dict[str, Any]
    uploads: tuple[Upload, ...]
    base_url: str
    parts: dict[str, Any]

    @property
    def upload(self) -> Upload | None:
        """The first file."""
        return next(iter(self.uploads), None)

    def text(self, name: str, default: str | None = None) -> str:
        """A string of the body. Without a default it must be there."""
        value = self.data.get(name, default)
        if not isinstance(value, str):
            raise ControlError(f"{name} must be a string")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """A number of the body; forms send digits as text."""
        value = self.data.get(name, default)
        try:
            return float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError) as error:
            raise ControlError(f"{name} must be a number") from error

    def flag(self, name: str) -> bool | None:
        """A boolean of the body; None where it is absent."""
        value = self.data.get(name)
        if value is not None and not isinstance(value, bool):
            raise ControlError(f"{name} must be true or false")
        return value

    def items(self, name: str, default: list[Any] | None = None) -> list[Any]:
        """A list of the body; empty where it is absent."""
        value = self.data.get(name, default or [])
        if not isinstance(value, list):
            raise ControlError(f"{name} must be a list")
        return value

    def asked(self, name: str, default: float = 0) -> float:
        """A number of the query string."""
        try:
            return float(self.query.get(name) or default)
        except ValueError as error:
            raise ControlError(f"{name} must be a number") from error

    def app(self) -> App:
        """The application that `agentid` (and `corpid`) name; the first one without them."""
        named = {**self.query, **self.data}
        rows = App.objects.select_related("corp")
        if named.get("corpid"):
            rows = rows.filter(corp__corp_id=str(named["corpid"]))
        if str(named.get("agentid", "")):
            rows = rows.filter(agent_id=int(named["agentid"]))
        else:
            rows = rows.exclude(agent_id=App.ASSISTANT)
        row = rows.first()
        if row is None:
            raise ControlError("there is no such application", 404)
        return row

    def member(self) -> Member:
        """The member that `member` names, in the application's company."""
        name = self.parts.get("userid") or self.data.get("member") or self.query.get("member") or ""
        return find_member(self.app().corp, str(name))


def find_member(corp: Corp, userid: str) -> Member:
    """By user ID, in any case of letters."""
    row = Member.objects.filter(corp=corp, userid__iexact=userid).first()
    if row is None:
        raise ControlError(f"there is no member {userid!r}", 404)
    return row


Handler = Callable[[Control], Result]
Earlier = Callable[[Control], Awaitable[Control]]
Later = Callable[[Control, Result], Awaitable[Result]]
View = Callable[..., Coroutine[Any, Any, HttpResponse]]


def endpoint(*, earlier: Earlier | None = None, later: Later | None = None, **handlers: Handler) -> View:
    """A view that picks a handler by method (GET=…, POST=…).

    `earlier` may prepare the request; `later` may wait for something and amend the answer.
    """

    async def view(request: HttpRequest, **parts: Any) -> HttpResponse:
        handler = handlers.get(request.method or "")
        if handler is None:
            return JsonResponse({"error": f"use {' or '.join(handlers)}"}, status=405)
        try:
            control = _read(request, parts)
            if earlier is not None:
                control = await earlier(control)
            result = await database.run(_atomic, handler, control)
            if later is not None:
                result = await later(control, result)
        except ControlError as error:
            return JsonResponse({"error": error.words}, status=error.status)
        except ApiError as error:
            return JsonResponse({"error": str(error.detail), "errcode": error.errcode}, status=400)
        return JsonResponse(result, json_dumps_params={"ensure_ascii": False})

    return view


def _atomic(handler: Handler, control: Control) -> Result:
    with transaction.atomic():
        return handler(control)


def _read(request: HttpRequest, parts: dict[str, Any]) -> Control:
    uploads: tuple[Upload, ...] = ()
    data: Any
    if (request.content_type or "").startswith("multipart/"):
        data = {name: str(value) for name, value in request.POST.items()}
        files = [part for _, parts in request.FILES.lists() for part in parts]
        uploads = tuple(Upload(filename=part.name or "file", data=part.read()) for part in files)
    else:
        try:
            data = json.loads(request.body or b"{}")
        except ValueError as error:
            raise ControlError("the body is not JSON") from error
    if not isinstance(data, dict):
        raise ControlError("the body must be an object")
    query = {name: str(value) for name, value in request.GET.items()}
    base_url = f"{request.scheme}://{request.get_host()}"
    return Control(query=query, data=data, uploads=uploads, base_url=base_url, parts=parts)
