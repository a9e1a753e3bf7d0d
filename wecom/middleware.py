"""Answers callbacks before the middleware of pages: they have no session, no language, no log-in and no form."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.urls import get_script_prefix, resolve, reverse

from core.work.db_connections import keep_connections

NEEDED = (SecurityMiddleware, XFrameOptionsMiddleware)
THREADS = 8


class WebhookMiddleware:
    """Calls the view of a callback's address under `NEEDED` only; every other request goes on. Placed first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        answer: Any = _view
        for middleware in reversed(NEEDED):
            answer = middleware(convert_exception_to_response(answer))
        self._answer: Callable[[HttpRequest], Any] = convert_exception_to_response(answer)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(self._root):
            return self.get_response(request)
        # Under ASGI the thread of a request ends with it, and with the thread its connection to the database.
        if isinstance(request, ASGIRequest):
            return self._threads.submit(self._answer_and_keep_connection, request).result()
        response: HttpResponseBase = self._answer(request)
        return response

    def _answer_and_keep_connection(self, request: HttpRequest) -> HttpResponseBase:
        try:
            response: HttpResponseBase = self._answer(request)
        finally:
            keep_connections()
        return response

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(THREADS, thread_name_prefix="webhook")

    @cached_property
    def _root(self) -> str:
        return "/" + reverse("webhook").removeprefix(get_script_prefix())


def _view(request: HttpRequest) -> HttpResponse:
    request.get_host()  # refuses a name that is not ours
    found = resolve(request.path_info)
    response: HttpResponse = found.func(request, *found.args, **found.kwargs)
    response.headers["Content-Length"] = str(len(response.content))
    return response
