"""The quotas page of the admin: usage of the platform's limits, and when waiting messages will be sent."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from wecom import services


def view(request: HttpRequest) -> HttpResponse:
    """The page; with `part` in the query, only the live content, for core/static/core/live_page.js."""
    if not request.user.has_perm("wecom.view_outbound"):
        raise PermissionDenied
    context = {"quotas": services.list_quotas(), "may_mend": request.user.has_perm("wecom.change_corporation")}
    if request.GET.get("part"):
        return TemplateResponse(request, "admin/quotas/content.html", context)
    context |= {**admin.site.each_context(request), "title": _("Quotas")}
    return TemplateResponse(request, "admin/quotas/page.html", context)
