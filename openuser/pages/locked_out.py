"""The page that answers a log-in after too many wrong passwords."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None, **_: Any) -> HttpResponse:
    """Says how long to wait, with a Retry-After; the same whether the account exists or not."""
    pause = settings.AXES_COOLOFF_TIME
    minutes = max(1, round(pause.total_seconds() / 60))
    context = {**admin.site.each_context(request), "minutes": minutes}
    answer = render(request, "admin/locked_out.html", context, status=429)
    answer["Retry-After"] = str(int(pause.total_seconds()))
    return answer
