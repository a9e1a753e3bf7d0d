"""The page that answers a log-in after too many wrong passwords."""

from math import ceil
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from openuser.pages import login_throttle


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None, **_: Any) -> HttpResponse:
    """Says how long to wait, with a Retry-After; the same whether the account exists or not."""
    seconds = max(1, login_throttle.seconds_to_wait(request, credentials))
    minutes = ceil(seconds / 60) if seconds > 60 else 0
    context = {**admin.site.each_context(request), "seconds": seconds, "minutes": minutes}
    answer = render(request, "admin/locked_out.html", context, status=429)
    answer["Retry-After"] = str(seconds)
    return answer
