"""The check of a portrait video on the page of its digital human: its progress and its findings."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext

from avatars import services
from avatars.models import DigitalHuman, PortraitVideo
from avatars.reasons import video as reasons
from core.web.admin import NOTHING, badge

COLOURS = {
    PortraitVideo.Status.DONE: "good",
    PortraitVideo.Status.FAILED: "bad",
    PortraitVideo.Status.CANCELLED: "warn",
}
FINDING = (
    '<li>{}<figure><img alt="" src="data:image/jpeg;base64,{}"><div class="ou-marks" aria-hidden="true">{}</div>'
    "</figure></li>"
)
MARK = '<div class="ou-mark {}" data-number="{}" style="left: {}%; top: {}%; width: {}%; height: {}%"></div>'


class PortraitVideoPages:
    """For the admin of digital humans: the progress, as JSON."""

    def get_urls(self) -> list[URLPattern]:
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        page = admin.site.admin_view(progress)
        return [path("<int:pk>/portrait-video/", page, name="avatars_digitalhuman_portrait_video"), *urls]


def progress(request: HttpRequest, pk: int) -> JsonResponse:
    """The progress of the check, and whether it has ended."""
    if not request.user.has_perm("avatars.view_digitalhuman"):
        raise PermissionDenied
    video = services.latest_portrait_video(get_object_or_404(DigitalHuman, pk=pk))
    if video is None:
        return JsonResponse({"ended": True, "words": ""})
    return JsonResponse({"ended": video.is_finished, "words": _progress_words(video)})


def video_check_words(human: DigitalHuman) -> str:
    """The outcome of the latest upload."""
    video = services.latest_portrait_video(human) if human.pk else None
    if video is None:
        return NOTHING
    if not video.is_finished:
        url = reverse("admin:avatars_digitalhuman_portrait_video", args=[human.pk])
        return format_html(
            '<span role="status" data-video-check="{}">{}</span>',
            url,
            _progress_words(video),
        )
    return format_html(
        "{} {}{}{}",
        badge(_outcome(video, human), COLOURS[PortraitVideo.Status(video.status)]),
        _why(video),
        _next_step(video, human),
        _findings(video),
    )


def _next_step(video: PortraitVideo, human: DigitalHuman) -> str:
    """A player of the video if it is the portrait, and the missing consent."""
    if not _is_shown(video, human):
        return ""
    needed = "" if services.human_allowed(human) else gettext("It speaks once you record a consent for it.")
    player = format_html(
        '<video controls preload="none" poster="{}" src="{}"></video>', human.portrait.url, video.video.url
    )
    return format_html('{}<div class="ou-portrait-video">{}</div>', needed, player)


def _is_shown(video: PortraitVideo, human: DigitalHuman) -> bool:
    return video.status == PortraitVideo.Status.DONE and bool(video.video) and str(human.portrait.name) == video.still


def _progress_words(video: PortraitVideo) -> str:
    return gettext("The video is being checked: %(percent)d %%") % {"percent": video.progress}


def _outcome(video: PortraitVideo, human: DigitalHuman) -> str:
    if video.status == PortraitVideo.Status.DONE:
        if _is_shown(video, human):
            return gettext("The video is the portrait.")
        return gettext("The video was replaced.") if video.video else gettext("The video was deleted.")
    if video.status == PortraitVideo.Status.CANCELLED:
        return gettext("The check was cancelled.")
    return gettext("The video cannot be used.")


def _why(video: PortraitVideo) -> str:
    return video.reason_words if video.status == PortraitVideo.Status.FAILED and not video.findings else ""


def _findings(video: PortraitVideo) -> str:
    """A numbered list; the place of each finding is marked in its frame by the number."""
    kind = "ou-bad" if video.status == PortraitVideo.Status.FAILED else "ou-minded"
    rows = (
        (
            reasons.told(each["code"], each["begin"], each["end"]),
            each["picture"],
            format_html_join("", MARK, (_mark(place, number, kind) for place in each.get("places", ()))),
        )
        for number, each in enumerate(video.findings, start=1)
    )
    items = format_html_join("", FINDING, rows)
    return format_html('<ol class="ou-video-findings">{}</ol>', items) if video.findings else ""


def _mark(place: dict[str, float], number: int, kind: str) -> tuple[object, ...]:
    return kind, number, *(f"{100 * place[edge]:.2f}" for edge in ("x", "y", "width", "height"))
