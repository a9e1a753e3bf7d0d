"""The addresses of schedules and their runs, which bookmarks and old notices still name; they lead to campaigns.

For one release. They keep their names within the admin, which explanations of old messages look up.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse

from core.web.admin import change_url
from scheduling.models import Campaign


def to_list(request: HttpRequest, **_parts: Any) -> HttpResponseRedirect:
    """To the campaigns without approval."""
    query = {"policy__exact": Campaign.Policy.ALONE.value}
    return HttpResponseRedirect(reverse("admin:scheduling_campaign_changelist", query=query))


def to_form(request: HttpRequest) -> HttpResponseRedirect:
    """To the form of a new campaign without approval."""
    query = {"policy": Campaign.Policy.ALONE.value}
    return HttpResponseRedirect(reverse("admin:scheduling_campaign_add", query=query))


def to_successor(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """To the campaign that has taken the place of a schedule."""
    campaign = Campaign.objects.filter(replaces_id=pk).order_by("-pk").first()
    return redirect(change_url(campaign)) if campaign is not None else to_list(request)


def with_former_addresses(urls: tuple[list[Any], str, str]) -> tuple[list[Any], str, str]:
    """The admin's addresses, and these before them."""
    patterns, app, name = urls
    return [*_patterns(), *patterns], app, name


def _patterns() -> list[URLPattern]:
    wrap, place = admin.site.admin_view, "scheduling/schedule/"
    return [
        path(place, wrap(to_list), name="scheduling_schedule_changelist"),
        path(f"{place}add/", wrap(to_form), name="scheduling_schedule_add"),
        path(f"{place}<int:pk>/", wrap(to_successor)),
        path(f"{place}<int:pk>/change/", wrap(to_successor), name="scheduling_schedule_change"),
        path(f"{place}<path:rest>", wrap(to_list)),
        path("scheduling/run/", wrap(to_list), name="scheduling_run_changelist"),
        path("scheduling/run/<int:pk>/change/", wrap(to_list), name="scheduling_run_change"),
        path("scheduling/run/<path:rest>", wrap(to_list)),
    ]
