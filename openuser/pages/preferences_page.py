"""The page where members choose for themselves: topics, text instead of videos, and the language.

A signed link of the settings card opens it, or the platform's sign-in. Either gives a cookie for this page alone, valid
for an hour. It works without JavaScript; with it, each change is saved at once.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conversations import services as conversations
from conversations.models import Desk, PreferenceChange
from core.exceptions import OpenUserError
from openuser.pages import member_cookies
from wecom import services as wecom
from wecom.exceptions import LoginFailed
from wecom.models import Member

logger = logging.getLogger(__name__)

COOKIE, LOGIN_COOKIE, COOKIE_PATH = "openuser_preferences", "openuser_preferences_login", "/preferences/"
COOKIE_AGE = 3600  # seconds
POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
LANGUAGES = ("", *Desk.Language.values)
Page = Callable[[HttpRequest, Member], HttpResponseBase]


def _for_member(view: Page) -> Callable[[HttpRequest], HttpResponseBase]:
    """Call a view with the signed-in member, in the member's language; others are led to sign in."""

    @wraps(view)
    def run(request: HttpRequest) -> HttpResponseBase:
        member = _signed_in(request)
        if member is None or "again" in request.GET:
            return _ask_who(request)
        with translation.override(conversations.spoken_language(member)):
            return view(request, member)

    return run


@require_http_methods(["GET", "HEAD", "POST"])
@_for_member
def page(request: HttpRequest, member: Member) -> HttpResponseBase:
    """GET shows the choices of the member, POST saves them."""
    if request.method == "POST":
        return _saved(_save(request, member))
    choices = conversations.choices_of(member)
    topics = [
        {"key": topic.pk, "name": topic.shown, "wanted": topic.pk not in choices.muted}
        for topic in conversations.offered_topics()
    ]
    last = PreferenceChange.objects.filter(member=member).first()
    saved = request.GET.get("saved", "")
    context = {
        "member": member,
        "choices": choices,
        "topics": topics,
        "languages": [(key, _language_name(key)) for key in LANGUAGES],
        "saved": bool(saved),
        "undoable": last if last is not None and str(last.pk) == saved else None,
    }
    return _respond(request, context)


@require_POST
@_for_member
def undo(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Take the change back that was saved last."""
    key = request.POST.get("change", "")
    mine = PreferenceChange.objects.filter(member=member, origin=PreferenceChange.Origin.PAGE)
    change = mine.filter(pk=key).first() if key.isascii() and key.isdecimal() and len(key) < 19 else None
    return _saved(conversations.undo_preferences(change) if change else None)


@require_safe
def link(request: HttpRequest, token: str) -> HttpResponseBase:
    """Open the page from the member's own link."""
    opened = conversations.open_preferences_link(token)
    if opened.member is None:
        fault = _("This link has expired.") if opened.is_expired else _("This link is not valid.")
        return _problem(request, fault, status=403)
    response = HttpResponseRedirect(reverse("preferences"))
    member_cookies.write(response, COOKIE, {"member": opened.member.pk}, COOKIE_AGE, path=COOKIE_PATH)
    return response


@require_safe
def login(request: HttpRequest) -> HttpResponseBase:
    """The redirect target of the platform's sign-in."""
    begun = member_cookies.read(request, LOGIN_COOKIE, member_cookies.LOGIN_AGE)
    if not member_cookies.is_answered(request, begun):
        return _problem(request, _("This sign-in has expired."), status=400)
    try:
        application = wecom.current_application()
        user_id = wecom.member_of_code(application, request.GET.get("code", ""))
        member = wecom.get_or_create_member(application, user_id)
    except OpenUserError as error:
        logger.warning("A member could not sign in.", extra={"code": error.code})
        known = isinstance(error, LoginFailed)
        fault = _("Sign-in failed. Please try again.") if known else _("WeChat Work does not answer at the moment.")
        return _problem(request, fault, status=403 if known else 503)
    response = HttpResponseRedirect(reverse("preferences"))
    member_cookies.write(response, COOKIE, {"member": member.pk}, COOKIE_AGE, path=COOKIE_PATH)
    member_cookies.forget(response, LOGIN_COOKIE, path=COOKIE_PATH)
    return response


def _signed_in(request: HttpRequest) -> Member | None:
    key = member_cookies.read(request, COOKIE, COOKIE_AGE).get("member")
    return Member.objects.exclude(status=Member.Status.LEFT).filter(pk=key).first() if key else None


def _ask_who(request: HttpRequest) -> HttpResponseBase:
    if request.method == "POST":  # what was chosen cannot be kept through a sign-in
        return _problem(request, _("The page was open for too long. Nothing was saved."), status=403)
    try:
        application = wecom.current_application()
    except OpenUserError as error:
        return _problem(request, str(error), status=503)
    back = reverse("preferences-login")
    return member_cookies.sign_in(request, application, back=back, cookie=LOGIN_COOKIE, path=COOKIE_PATH)


def _save(request: HttpRequest, member: Member) -> PreferenceChange | None:
    """Save the choices of the form; topics that it did not show stay as they are."""
    shown, wanted = (_keys(request.POST.getlist(name)) for name in ("shown", "topic"))
    muted = (conversations.choices_of(member).muted - shown) | (shown - wanted)
    known = {topic.pk for topic in conversations.offered_topics()}
    language = request.POST.get("language", "")
    return conversations.change_preferences(
        member,
        prefers_text=request.POST.get("videos") == "text",
        language=language if language in LANGUAGES else member.language,
        muted=muted & known,
        origin=PreferenceChange.Origin.PAGE,
    )


def _saved(change: PreferenceChange | None) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('preferences')}?saved={change.pk if change else 'same'}")


def _keys(values: list[str]) -> set[int]:
    return {int(value) for value in values if value.isascii() and value.isdecimal() and len(value) < 19}


def _language_name(key: str) -> str:
    return {"zh-hans": "中文", "en": "English"}.get(key) or _("The language that I write")


def _problem(request: HttpRequest, problem: str, *, status: int) -> HttpResponse:
    context = {"problem": problem, "again": f"{reverse('preferences')}?again=1"}
    return _respond(request, context, status=status)


def _respond(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    response = render(request, "preferences/page.html", context, status=status)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    # Not "no-referrer": the check of forged requests needs the origin.
    response.headers["Referrer-Policy"] = "same-origin"
    return response
