"""Videos in the admin: played with their loudness and pictures, compared side by side, and previewed before saving."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.shortcuts import render as page
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from unfold.admin import ModelAdmin

from avatars import services
from avatars.exceptions import AvatarError
from avatars.forms.digital_humans import preview_form
from avatars.forms.samples import ComparisonForm
from avatars.models import DigitalHuman, Render
from core.confidentiality.rights import may_read
from core.web.admin import change_url

SIDES = ("one", "other")
PLAYLIST = "application/vnd.apple.mpegurl"


class VideoPages(ModelAdmin[Any]):
    """Views for pages of renders that show videos."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        urls: list[URLPattern] = super().get_urls()
        return [
            path("compare/", wrap(self.compare), name="avatars_render_compare"),
            path("<int:pk>/glance/", wrap(self._shown(self.glance)), name="avatars_render_glance"),
            path("<int:pk>/sheet/", wrap(self._shown(self.sheet)), name="avatars_render_sheet"),
            path("<int:pk>/film/", wrap(self._shown(self.poll)), name="avatars_render_state"),
            path(
                "<int:pk>/stream/<slug:stream>/playlist.m3u8",
                wrap(self._shown(self.playlist)),
                name="avatars_render_playlist",
            ),
            path(
                "<int:pk>/stream/<slug:stream>/<int:number>", wrap(self._shown(self.part)), name="avatars_render_part"
            ),
            path("<int:pk>/stream/<slug:stream>/<int:number>.vtt", wrap(self._shown(self.captions))),
            path("<int:pk>/stream/<slug:stream>/<int:number>.translated.vtt", wrap(self._shown(self.translation))),
            path("<int:pk>/stream/<slug:stream>/poster", wrap(self._shown(self.poster))),
            *urls,
        ]

    def glance(self, render: Render) -> HttpResponse:
        """The loudness and the times of the pictures, as JSON."""
        try:
            preview = services.preview_video(render)
        except AvatarError as error:
            return JsonResponse({"words": str(error), "code": error.code}, status=404)
        sheet = reverse("admin:avatars_render_sheet", args=[render.pk])
        shown = {
            "bars": preview.bars,
            "times": preview.times,
            "sheet": sheet,
            "columns": services.PREVIEW_COLUMNS,
            "rows": services.PREVIEW_ROWS,
        }
        return JsonResponse(shown, headers={"Cache-Control": "private, max-age=3600"})

    def sheet(self, render: Render) -> HttpResponse:
        """Twelve pictures in two rows, as JPEG."""
        try:
            preview = services.preview_video(render)
        except AvatarError as error:
            raise Http404 from error
        return HttpResponse(
            preview.sheet, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"}
        )

    def poll(self, render: Render) -> HttpResponse:
        """The state of a render, as JSON of `render_state`."""
        return JsonResponse(render_state(render))

    def part(self, render: Render, stream: str, number: int) -> HttpResponse:
        """A part of a video that is being made."""
        return _uncached(lambda: services.stream_part(render, stream, number), "video/mp4")

    def captions(self, render: Render, stream: str, number: int) -> HttpResponse:
        """The captions that begin in a part."""
        return _uncached(lambda: services.stream_captions(render, stream, number), "text/vtt; charset=utf-8")

    def translation(self, render: Render, stream: str, number: int) -> HttpResponse:
        """The captions that begin in a part in the language that is not spoken."""
        captions = partial(services.stream_captions, render, stream, number, translated=True)
        return _uncached(captions, "text/vtt; charset=utf-8")

    def poster(self, render: Render, stream: str) -> HttpResponse:
        """The picture before the first frame."""
        return _uncached(lambda: services.stream_poster(render, stream), "image/jpeg")

    def playlist(self, render: Render, stream: str) -> HttpResponse:
        """The parts so far, for browsers that play HLS only."""
        return _uncached(lambda: services.stream_playlist(render, stream), PLAYLIST)

    def compare(self, request: HttpRequest) -> HttpResponse:
        """The same script in two modes, side by side."""
        if not (self.has_view_permission(request) and request.user.has_perm("avatars.add_render")):
            raise PermissionDenied
        form = ComparisonForm(request.POST or None, initial=ComparisonForm.suggestion(request.GET.get("human", "")))
        if request.method == "POST" and form.is_valid():
            try:
                pair = dict(zip(SIDES, (render.pk for render in form.request_both()), strict=True))
            except AvatarError as error:
                form.add_error(None, str(error))
            else:
                return HttpResponseRedirect(f"{reverse('admin:avatars_render_compare')}?{urlencode(pair)}")
        keys = [request.GET.get(side, "") for side in SIDES]
        renders = {
            str(render.pk): render
            for render in Render.objects.select_related("digital_human").filter(pk__in=filter(str.isdecimal, keys))
        }
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Compare two modes"),
            "form": form,
            "sides": [{"render": renders[key], "state": render_state(renders[key])} for key in keys if key in renders],
            "media": self.media,
        }
        return page(request, "admin/videos/compare.html", context)

    def _shown(self, page_of: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """A read-only view of one render, with the other arguments of its address. The permission is checked first."""

        def view(request: HttpRequest, pk: int, **named: Any) -> HttpResponse:
            if not self.has_view_permission(request):
                raise PermissionDenied
            if request.method not in ("GET", "HEAD"):
                return HttpResponseNotAllowed(["GET", "HEAD"])
            render = Render.objects.select_related("digital_human").filter(pk=pk).first()
            if render is None:
                raise Http404
            if render.said_by_member is not None and not may_read(request.user):
                raise PermissionDenied
            return page_of(render, **named)

        return view


class VideoPreviewPages(ModelAdmin[Any]):
    """The view that previews the form of a digital human as a video."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview)
        urls: list[URLPattern] = super().get_urls()
        return [path("<int:pk>/preview/", view, name="avatars_digitalhuman_preview"), *urls]

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Render three seconds with the form's unsaved values. JSON of `render_state`, or an error in `words`."""
        if not (self.has_view_permission(request) and request.user.has_perm("avatars.add_render")):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        human = DigitalHuman.objects.select_related("voice").filter(pk=pk).first()
        if human is None:
            raise Http404
        form = preview_form(human, request.POST)
        if not form.is_valid():
            errors = [f"{form[name].label}: {' '.join(map(str, faults))}" for name, faults in form.errors.items()]
            return JsonResponse({"ended": True, "words": " ".join(errors)})
        try:
            render = services.request_render(form.instance, form.instance.voice.sample_text, priority=services.TEST)
        except AvatarError as error:
            return JsonResponse({"ended": True, "words": str(error)})
        return JsonResponse(render_state(render))


def render_state(render: Render) -> dict[str, Any]:
    """The state of a render for `video_player.js`: `words`, `progress`, `poster`, `stream`; once it is done, `html`."""
    made = render.status == Render.Status.DONE
    return {
        "ended": render.is_finished,
        "progress": render.progress,
        "words": "" if made else state_words(render),
        **_shown_so_far(render),
        "html": render_to_string("admin/videos/video.html", {"render": render}) if made and render.video else "",
        "again": reverse("admin:avatars_render_state", args=[render.pk]),
        "page": change_url(render),
    }


def state_words(render: Render) -> str:
    """The progress of an unfinished render, or why it failed, in the reader's language."""
    if render.is_finished:
        return " ".join(filter(None, [render.get_status_display(), render.reason_words, render.advice]))
    return services.progress_words(render)


def _shown_so_far(render: Render) -> dict[str, Any]:
    """The poster of a video that is being made, and the data of its stream for `stream_player.js`."""
    try:
        stream = services.shown_stream(render)
    except AvatarError:
        stream = None
    if stream is None:
        return {"poster": "", "stream": None}
    base = reverse("admin:avatars_render_part", args=[render.pk, stream.name, 0]).removesuffix("0")
    return stream.for_player(base)


def _uncached(read: Callable[[], bytes | str], kind: str) -> HttpResponse:
    """A response that no cache keeps; 404 where it may not be shown."""
    try:
        content = read()
    except AvatarError as error:
        raise Http404 from error
    return HttpResponse(content, content_type=kind, headers={"Cache-Control": "no-store"})
