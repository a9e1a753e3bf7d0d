"""The page of the language model: whether it is asked, its cost against the limits, and its latest failure."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext

from conversations import services
from conversations.wording import model_texts

VIEW = "conversations.view_modelusage"
DAYS = 14
RECENT = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """The usage of a limit of today. `percent` is None without a limit."""

    title: str
    used: str
    limit: str
    percent: int | None

    @property
    def tone(self) -> str:
        return "" if self.percent is None or self.percent < 80 else "warn" if self.percent < 100 else "bad"


def page(request: HttpRequest) -> HttpResponse:
    """GET shows the page."""
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    chat, days = settings.CHAT, services.model_days(DAYS)
    failed = services.last_model_error()
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": gettext("Language model"),
        "is_on": bool(chat["base_url"]),
        "is_grounded": settings.CHAT_GROUNDED,
        "model": chat["model"],
        "host": urlsplit(chat["base_url"]).netloc.rpartition("@")[2],
        "gauges": _gauges(days[0]),
        "today": days[0],
        "days": [(day, f"{day.tokens:,}", services.model_money(day.cost)) for day in days],
        "was_asked": any(day.questions or day.limited for day in days),
        "has_prices": services.has_model_prices(),
        "askers": [
            (asker, f"{asker.tokens:,}", services.model_money(asker.cost)) for asker in services.top_askers(DAYS)
        ],
        "members": _member_limits(),
        "at_limit": services.members_at_limit(),
        "error": model_texts.error_words(failed.error) if failed else "",
        "error_at": failed.error_at if failed else None,
        "is_recent": bool(failed and failed.error_at and failed.error_at > timezone.now() - RECENT),
    }
    return TemplateResponse(request, "admin/language_model.html", context)


def _gauges(today: services.ModelDay) -> list[Gauge]:
    limits, money = services.company_limits(), services.model_money
    gauges = [
        _gauge(gettext("Questions"), today.questions, limits.questions, lambda value: f"{value:,}"),
        _gauge(gettext("Tokens"), today.tokens, limits.tokens, lambda value: f"{value:,}"),
    ]
    if services.has_model_prices():
        gauges.append(_gauge(gettext("Cost"), today.cost, limits.cost, money))
    return gauges


def _gauge(title: str, used: int, limit: int, written: Any) -> Gauge:
    percent = min(100, round(100 * used / limit)) if limit else None
    return Gauge(title=title, used=written(used), limit=written(limit) if limit else "", percent=percent)


def _member_limits() -> str:
    """The daily limits of one member, in words; empty without limits."""
    limits = services.member_limits()
    parts = [
        gettext("%s questions") % f"{limits.questions:,}" if limits.questions else "",
        gettext("%s tokens") % f"{limits.tokens:,}" if limits.tokens else "",
        services.model_money(limits.cost) if limits.cost else "",
    ]
    return " · ".join(part for part in parts if part)
