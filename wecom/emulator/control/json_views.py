"""Views of the control API: JSON in, a handler on the server's thread, JSON out.

An invalid request gets status 400 and `{"error": …}`.
"""

import json
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from wecom.emulator import database
from wecom.emulator.gateway.endpoint_registry import Upload
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import App, Corp, Member

Result = dict[str, Any]


class ControlError(Exception):
    """An invalid request, with the HTTP status of its answer."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message, status)
        self.message = message
        self.status = status


@dataclass(frozen=True, kw_only=True)
class ControlRequest:
    """A request to the control API. `data` is the JSON body or the fields of a form, `path` the arguments in the
    address."""

    query: dict[str, str]
    data: dict[str, Any]
    uploads: tuple[Upload, ...]
    base_url: str
    path: dict[str, Any]

    @property
    def upload(self) -> Upload | None:
        """The first file."""
        return next(iter(self.uploads), None)

    def text(self, name: str, default: str | None = None) -> str:
        """A string of the body, required without a default."""
        value = self.data.get(name, default)
        if not isinstance(value, str):
            raise ControlError(f"{name} must be a string")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """A number of the body, required without a default. Forms send digits."""
        value = self.data.get(name, default)
        try:
            return float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError) as error:
            raise ControlError(f"{name} must be a number") from error

    def flag(self, name: str) -> bool | None:
        """A boolean of the body; None where it is missing."""
        value = self.data.get(name)
        if value is not None and not isinstance(value, bool):
            raise ControlError(f"{name} must be true or false")
        return value

    def items(self, name: str, default: list[Any] | None = None) -> list[Any]:
        """A list of the body; empty where it is missing."""
        value = self.data.get(name, default or [])
        if not isinstance(value, list):
            raise ControlError(f"{name} must be a list")
        return value

    def query_number(self, name: str, default: float = 0) -> float:
        """A number of the query string."""
        try:
            return float(self.query.get(name) or default)
        except ValueError as error:
            raise ControlError(f"{name} must be a number") from error

    def app(self) -> App:
        """The application that `agentid` and `corpid` name, by default the first one."""
        parameters = {**self.query, **self.data}
        rows = App.objects.select_related("corp")
        if parameters.get("corpid"):
            rows = rows.filter(corp__corp_id=str(parameters["corpid"]))
        if str(parameters.get("agentid", "")):
            rows = rows.filter(agent_id=int(parameters["agentid"]))
        else:
            rows = rows.exclude(agent_id=App.ASSISTANT)
        row = rows.first()
        if row is None:
            raise ControlError("there is no such application", 404)
        return row

    def member(self) -> Member:
        """The member that `member` or the address names, in the application's company."""
        userid = self.path.get("userid") or self.data.get("member") or self.query.get("member") or ""
        return find_member(self.app().corp, str(userid))


def find_member(corp: Corp, userid: str) -> Member:
    """The member with this user ID, without regard to case."""
    row = Member.objects.filter(corp=corp, userid__iexact=userid).first()
    if row is None:
        raise ControlError(f"there is no member {userid!r}", 404)
    return row


Handler = Callable[[ControlRequest], Result]
Before = Callable[[ControlRequest], Awaitable[ControlRequest]]
After = Callable[[ControlRequest, Result], Awaitable[Result]]
View = Callable[..., Coroutine[Any, Any, HttpResponse]]


def json_view(*, before: Before | None = None, after: After | None = None, **handlers: Handler) -> View:
    """A view with a handler per method (GET=…, POST=…), each in one transaction.

    `before` may await something and change the request, `after` may wait for something and change the result.
    """

    async def view(http: HttpRequest, **path: Any) -> HttpResponse:
        handler = handlers.get(http.method or "")
        if handler is None:
            return JsonResponse({"error": f"use {' or '.join(handlers)}"}, status=405)
        try:
            request = _read(http, path)
            if before is not None:
                request = await before(request)
            result = await database.run(_run, handler, request)
            if after is not None:
                result = await after(request, result)
        except ControlError as error:
            return JsonResponse({"error": error.message}, status=error.status)
        except ApiError as error:
            return JsonResponse({"error": str(error.detail), "errcode": error.errcode}, status=400)
        return JsonResponse(result, json_dumps_params={"ensure_ascii": False})

    return view


@transaction.atomic
def _run(handler: Handler, request: ControlRequest) -> Result:
    return handler(request)


def _read(http: HttpRequest, path: dict[str, Any]) -> ControlRequest:
    uploads: tuple[Upload, ...] = ()
    data: Any
    if (http.content_type or "").startswith("multipart/"):
        data = {name: str(value) for name, value in http.POST.items()}
        files = [file for _, files in http.FILES.lists() for file in files]
        uploads = tuple(Upload(filename=file.name or "file", data=file.read()) for file in files)
    else:
        try:
            data = json.loads(http.body or b"{}")
        except ValueError as error:
            raise ControlError("the body is not JSON") from error
    if not isinstance(data, dict):
        raise ControlError("the body must be an object")
    query = {name: str(value) for name, value in http.GET.items()}
    base_url = f"{http.scheme}://{http.get_host()}"
    return ControlRequest(query=query, data=data, uploads=uploads, base_url=base_url, path=path)
