"""One sentence by each render engine, side by side, with the time and quality of each."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render as page
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from unfold.admin import ModelAdmin

from avatars import services
from avatars.admin.video_pages import render_state
from avatars.exceptions import AvatarError
from avatars.forms.samples import EngineComparisonForm
from avatars.models import Render

MOST = 12
"""So many videos on one page; browsers load no more at once."""


class EngineComparisonPages(ModelAdmin[Any]):
    """The page that compares engines. Its address names the renders, so it can be kept, sent and loaded again."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        urls: list[URLPattern] = super().get_urls()
        return [
            path("engines/", wrap(self.compare_engines), name="avatars_render_engines"),
            path("<int:pk>/measures/", wrap(self.measures), name="avatars_render_measures"),
            *urls,
        ]

    def compare_engines(self, request: HttpRequest) -> HttpResponse:
        """GET shows the form and the renders in `render`; POST requests one by each chosen engine."""
        self._check(request)
        engines = [engine for engine in services.engines() if engine.kind is services.EngineKind.RENDER]
        ready = [engine.name for engine in engines if engine.can_be_tried]
        renders = _named(request.GET.getlist("render"))
        form = EngineComparisonForm(request.POST or None, initial=_begin(renders), ready=ready)
        if request.method == "POST" and form.is_valid():
            try:
                keys = [("render", made.pk) for made in form.request_all()]
            except AvatarError as error:
                form.add_error(None, str(error))
            else:
                return HttpResponseRedirect(f"{reverse('admin:avatars_render_engines')}?{urlencode(keys)}")
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Compare engines"),
            "form": form,
            "sides": [
                {"render": render, "engine": _engine(render), "state": render_state(render)} for render in renders
            ],
            "missing": [engine for engine in engines if not engine.can_be_tried],
            "media": self.media,
        }
        return page(request, "admin/engines/compare.html", context)

    def measures(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The result of one render, as HTML: its time, and the measures of its video."""
        self._check(request)
        render = next(iter(_named([str(pk)])), None)
        if render is None or render.status != Render.Status.DONE:
            return HttpResponse(status=404)
        context: dict[str, Any] = {"render": render, "result": services.engine_result(render)}
        if context["result"].is_its_own:
            try:
                context["measures"] = services.measure_video(render)
            except AvatarError as error:
                context["unmeasured"] = str(error)
        return page(request, "admin/engines/result.html", context)

    def _check(self, request: HttpRequest) -> None:
        if not (self.has_view_permission(request) and request.user.has_perm("avatars.add_render")):
            raise PermissionDenied


def _named(keys: list[str]) -> list[Render]:
    """The renders with these keys that compare engines, in this order."""
    renders = Render.objects.select_related("digital_human", "digital_human__voice").filter(
        pk__in=[key for key in keys if key.isdecimal()][:MOST], recipe__has_key="trial"
    )
    by_key = {str(render.pk): render for render in renders}
    return [by_key[key] for key in dict.fromkeys(keys) if key in by_key]


def _begin(renders: list[Render]) -> dict[str, Any]:
    """The form's initial values: those of the compared renders, so that the comparison can be repeated."""
    if not renders:
        return EngineComparisonForm.suggestion()
    return {
        "digital_human": renders[0].digital_human,
        "text": renders[0].text,
        "engines": [_engine(render) for render in renders],
    }


def _engine(render: Render) -> str:
    return str(render.recipe.get("render_engine", ""))
