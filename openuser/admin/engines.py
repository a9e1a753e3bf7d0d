"""The engines page of the admin: each engine with the parts that it lacks, its fallback, and a button to try it."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from avatars import services
from avatars.exceptions import AvatarError
from core.web.admin import change_url


def view(request: HttpRequest) -> HttpResponse:
    """GET lists the engines. POST renders a short video with the engine in `kind` and `name`, then shows its page."""
    if not request.user.has_perm("avatars.view_voice"):
        raise PermissionDenied
    may_try = request.user.has_perm("avatars.add_render")
    if request.method == "POST":
        if not may_try:
            raise PermissionDenied
        return _try(request)
    engines = services.engines()
    parts = [(kind, [engine for engine in engines if engine.kind == kind]) for kind in services.EngineKind]
    context = {**admin.site.each_context(request), "title": _("Engines"), "parts": parts, "may_try": may_try}
    return TemplateResponse(request, "admin/engines/page.html", context)


def _try(request: HttpRequest) -> HttpResponse:
    text = _("This is how it looks and sounds. One, two, three.")
    try:
        render = services.try_engine(request.POST.get("kind", ""), request.POST.get("name", ""), text)
    except LookupError:
        return HttpResponseBadRequest()
    except AvatarError as error:
        messages.error(request, str(error))
        return redirect("engines")
    return redirect(change_url(render))
