"""Short addresses in messages of campaigns: each counts its clicks, and leads to the address of its row.

Where a campaign notes which members open a link, the browser within WeChat Work signs them in silently on the way. No
failure of that keeps a member from the page.
"""

import logging

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.exceptions import OpenUserError
from openuser.pages import member_cookies
from scheduling import services
from scheduling.models import CampaignLink
from wecom import services as wecom
from wecom.models import Member

logger = logging.getLogger(__name__)

COOKIE, LOGIN_COOKIE, COOKIE_PATH = "openuser_opener", "openuser_opener_login", "/c/"
COOKIE_AGE = 12 * 3600  # seconds
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Count and lead on. A HEAD, as link checkers send it, is not counted."""
    link = services.find_link(token)
    if link is None:
        raise Http404
    if request.method == "HEAD":
        return _onward(link)
    application, names = link.run.campaign.sender, services.names_opener(link)
    who = member_cookies.read(request, COOKIE, COOKIE_AGE) if names else {}
    if names and not who and application is not None and _is_inside(request):
        options = {"back": reverse("campaign-link-login"), "cookie": LOGIN_COOKIE, "path": COOKIE_PATH}
        return member_cookies.sign_in(request, application, **options, token=token)
    services.count_click(link, member=_member(who["corporation"], who["user_id"]) if who else None)
    return _onward(link)


@require_safe
def login(request: HttpRequest) -> HttpResponse:
    """Where the platform's sign-in comes back to."""
    begun = member_cookies.read(request, LOGIN_COOKIE, member_cookies.LOGIN_AGE)
    link = services.find_link(begun.get("token", "")) if member_cookies.is_answered(request, begun) else None
    application = link.run.campaign.sender if link else None
    if link is None or application is None:
        raise Http404
    user_id = ""
    try:
        user_id = wecom.member_of_code(application, request.GET.get("code", ""))
    except OpenUserError as error:
        logger.warning("A member could not sign in.", extra={"code": error.code})
    services.count_click(link, member=_member(application.corporation_id, user_id))
    response = _onward(link)
    member_cookies.forget(response, LOGIN_COOKIE, path=COOKIE_PATH)
    if user_id:
        who = {"corporation": application.corporation_id, "user_id": user_id}
        member_cookies.write(response, COOKIE, who, COOKIE_AGE, path=COOKIE_PATH)
    return response


def _is_inside(request: HttpRequest) -> bool:
    """Whether this is the browser within WeChat Work, whose sign-in asks nothing."""
    return bool(member_cookies.WECHAT_BROWSER.search(request.headers.get("User-Agent", "")))


def _member(corporation: int, user_id: str) -> Member | None:
    return Member.objects.filter(corporation=corporation, user_id=user_id).first() if user_id else None


def _onward(link: CampaignLink) -> HttpResponse:
    """To the address in the row, never to one in the request."""
    return HttpResponseRedirect(link.target, headers=HEADERS)
