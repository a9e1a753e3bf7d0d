"""The page where a member watches a video that is too large for a message.

It is open to the member who received the video, and to staff who may view videos in the admin. Members sign in through
WeChat Work, with a cookie of their own that is valid for these pages only.
"""

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from avatars import services as avatars
from avatars.exceptions import AvatarError
from avatars.models import Render
from conversations import services as conversations
from conversations.models import WatchLink
from core.exceptions import OpenUserError
from core.web import content_policy, range_responses
from openuser.pages import member_cookies
from wecom import services as wecom
from wecom.exceptions import LoginFailed

logger = logging.getLogger(__name__)

MEMBER_COOKIE, LOGIN_COOKIE = "openuser_member", "openuser_login"
COOKIE_PATH = "/watch/"
MEMBER_COOKIE_AGE = 12 * 3600  # seconds
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# Of a page that plays a video while it is made: its script asks for more and feeds the player.
STREAM_POLICY = CONTENT_SECURITY_POLICY.replace(
    "media-src 'self'", "media-src 'self' blob:; script-src 'self'; connect-src 'self'"
)
PLAYLIST = "application/vnd.apple.mpegurl"
CAPTIONS = "text/vtt; charset=utf-8"
LANGUAGES = (("zh", "中文"), ("en", "English"))
NOT_KEPT = {"Cache-Control": "no-store", "Content-Security-Policy": content_policy.FILE}
FILES = ("video", "poster", "captions", "translated_captions")


@require_safe
def page(request: HttpRequest, name: str) -> HttpResponseBase:
    """The player; members who are not signed in are redirected to sign in."""
    link = _find(name)
    if "again" in request.GET:
        return _redirect_to_login(request, link)
    if not _may_watch(request, link):
        if _signed_in_member(request) is None:
            return _redirect_to_login(request, link)
        fault = _("This video was sent to another member.")
        return _page_response(request, {"problem": fault, "again": f"{request.path}?again=1"}, status=403)
    languages = LANGUAGES if re.search(r"[\u4e00-\u9fff]", link.words) else LANGUAGES[::-1]
    context = {
        "link": link,
        "title": link.title,
        "spoken": languages[0],
        "other": languages[1],
        "files": {which for which in FILES if link.file(which)},
    }
    if link.render is not None and not link.render.is_finished:
        context |= {"unfinished": True, "words_of_progress": avatars.progress_words(link.render)}
        context["idle"] = _idle_video(link.render)
    return _page_response(request, context)


@require_safe
def state(request: HttpRequest, name: str) -> HttpResponseBase:
    """The state of a video that is being made, as JSON for `watch.js`: progress in words, poster and stream."""
    link = _find(name)
    if link.render is None or not _may_watch(request, link):
        return HttpResponse(status=403)
    ended = link.render.is_finished
    try:
        stream = avatars.shown_stream(link.render)
    except AvatarError as error:
        raise Http404 from error
    state_of: dict[str, Any] = {"ended": ended, "poster": "", "stream": None, "progress": link.render.progress}
    state_of["words"] = "" if ended else avatars.progress_words(link.render)
    if stream is not None:
        base = reverse("watch-part", args=[name, stream.name, 0]).removesuffix("0")
        state_of |= stream.for_player(base)
    return JsonResponse(state_of, headers=NOT_KEPT)


@require_safe
def part(request: HttpRequest, name: str, stream: str, number: int) -> HttpResponseBase:
    """A part of a video that is being made."""
    return _of_stream(request, name, lambda render: (avatars.stream_part(render, stream, number), "video/mp4"))


@require_safe
def part_captions(request: HttpRequest, name: str, stream: str, number: int) -> HttpResponseBase:
    """The captions that begin in a part, as WebVTT."""
    return _of_stream(request, name, lambda render: (avatars.stream_captions(render, stream, number), CAPTIONS))


@require_safe
def part_translated_captions(request: HttpRequest, name: str, stream: str, number: int) -> HttpResponseBase:
    """The captions that begin in a part in the language that is not spoken, as WebVTT."""
    what = {"translated": True}
    return _of_stream(request, name, lambda render: (avatars.stream_captions(render, stream, number, **what), CAPTIONS))


@require_safe
def poster(request: HttpRequest, name: str, stream: str) -> HttpResponseBase:
    """The picture before the first frame."""
    return _of_stream(request, name, lambda render: (avatars.stream_poster(render, stream), "image/jpeg"))


@require_safe
def playlist(request: HttpRequest, name: str, stream: str) -> HttpResponseBase:
    """The parts so far, for the players of iPhones."""
    return _of_stream(request, name, lambda render: (avatars.stream_playlist(render, stream), PLAYLIST))


def _of_stream(
    request: HttpRequest, name: str, content_of: Callable[[Render], tuple[bytes | str, str]]
) -> HttpResponse:
    link = _find(name)
    if link.render is None or not _may_watch(request, link):
        return HttpResponse(status=403)
    try:
        content, kind = content_of(link.render)
    except AvatarError as error:
        raise Http404 from error
    return HttpResponse(content, content_type=kind, headers=NOT_KEPT)


@require_safe
def file(request: HttpRequest, name: str, which: str) -> HttpResponseBase:
    """The video (with ranges), its poster, or its captions as WebVTT."""
    link = _find(name)
    if not _may_watch(request, link):
        return HttpResponse(status=403)
    stored = link.file(which)
    if not stored or not default_storage.exists(stored):
        raise Http404
    path = Path(default_storage.path(stored))
    if which.endswith("captions"):
        captions = _as_webvtt(path.read_text(encoding="utf-8"))
        return HttpResponse(captions, content_type=CAPTIONS, headers=NOT_KEPT)
    response = range_responses.serve(request, path)
    if "download" in request.GET:
        response.headers["Content-Disposition"] = f'attachment; filename="{name[:8]}.mp4"'
    return response


@require_safe
def idle(request: HttpRequest, name: str) -> HttpResponseBase:
    """The digital human while its video is being made: it listens, silently, over and over."""
    link = _find(name)
    if link.render is None or not _may_watch(request, link):
        return HttpResponse(status=403)
    video = _idle_video(link.render)
    if video is None or not default_storage.exists(str(video.video)):
        raise Http404
    return range_responses.serve(request, Path(default_storage.path(str(video.video))))


def _idle_video(render: Render) -> Render | None:
    """The video that a page may show until the render is finished: only for purposes that its person agreed to."""
    return avatars.idle_video(render.digital_human, purpose=render.purpose)


@require_safe
def login(request: HttpRequest) -> HttpResponseBase:
    """The redirect target of the platform's sign-in."""
    begun = member_cookies.read(request, LOGIN_COOKIE, member_cookies.LOGIN_AGE)
    link = conversations.watchable_links().filter(name=begun.get("name", "")).first()
    if link is None or not member_cookies.is_answered(request, begun):
        return _page_response(
            request, {"problem": _("This sign-in has expired. Please open the link again.")}, status=400
        )
    try:
        user_id = wecom.member_of_code(link.application, request.GET.get("code", ""))
    except OpenUserError as error:
        logger.warning("A member could not sign in.", extra={"code": error.code})
        known = isinstance(error, LoginFailed)
        text = _("Sign-in failed. Please try again.") if known else _("WeChat Work does not answer at the moment.")
        context = {"problem": text, "again": f"{reverse('watch', args=[link.name])}?again=1"}
        return _delete_login_cookie(_page_response(request, context, status=403 if known else 503))
    response = HttpResponseRedirect(reverse("watch", args=[link.name]))
    who = {"corporation": link.application.corporation_id, "user_id": user_id}
    member_cookies.write(response, MEMBER_COOKIE, who, MEMBER_COOKIE_AGE, path=COOKIE_PATH)
    return _delete_login_cookie(response)


def _find(name: str) -> WatchLink:
    link = conversations.watchable_links().filter(name=name).first()
    if link is None:
        raise Http404
    return link


def _may_watch(request: HttpRequest, link: WatchLink) -> bool:
    if request.user.is_active and request.user.is_staff and request.user.has_perm("avatars.view_render"):
        return True
    corporation, user_id = _signed_in_member(request) or (None, "")
    if corporation != link.application.corporation_id:
        return False
    return link.member is None or link.member.user_id.lower() == user_id


def _signed_in_member(request: HttpRequest) -> tuple[int, str] | None:
    """The corporation's ID and the user ID of the signed-in member."""
    who = member_cookies.read(request, MEMBER_COOKIE, MEMBER_COOKIE_AGE)
    return (int(who["corporation"]), str(who["user_id"])) if who else None


def _redirect_to_login(request: HttpRequest, link: WatchLink) -> HttpResponseBase:
    back = reverse("watch-login")
    response = member_cookies.sign_in(
        request, link.application, back=back, cookie=LOGIN_COOKIE, path=COOKIE_PATH, name=link.name
    )
    member_cookies.forget(response, MEMBER_COOKIE, path=COOKIE_PATH)
    return response


def _page_response(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    response = render(request, "watch/page.html", context, status=status)
    response.headers["Content-Security-Policy"] = STREAM_POLICY if "unfinished" in context else CONTENT_SECURITY_POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _delete_login_cookie(response: HttpResponse) -> HttpResponse:
    member_cookies.forget(response, LOGIN_COOKIE, path=COOKIE_PATH)
    return response


def _as_webvtt(srt: str) -> str:
    """SubRip as WebVTT."""
    return "WEBVTT\n\n" + re.sub(r"(\d\d:\d\d:\d\d),(\d{3})", r"\1.\2", srt)
