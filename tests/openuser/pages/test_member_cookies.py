"""Cookies of members hold for one part of the site, and over HTTPS alone where the admin's do."""

from django.http import HttpResponse
from django.test import RequestFactory

from openuser.pages import member_cookies


def test_a_secure_cookie_has_a_name_that_browsers_take_over_https_only(settings):
    settings.SESSION_COOKIE_SECURE = True
    answer = HttpResponse()
    member_cookies.write(answer, "member", {"member": 7}, 60, path="/watch/")
    (cookie,) = answer.cookies.values()
    assert (cookie.key, cookie["secure"], cookie["path"]) == ("__Secure-member", True, "/watch/")
    request = RequestFactory().get("/watch/")
    request.COOKIES = {cookie.key: cookie.value}
    assert member_cookies.read(request, "member", 60) == {"member": 7}
    member_cookies.forget(answer, "member", path="/watch/")
    assert answer.cookies["__Secure-member"].value == ""


def test_without_https_the_name_has_no_prefix(settings):
    settings.SESSION_COOKIE_SECURE = False
    answer = HttpResponse()
    member_cookies.write(answer, "member", {"member": 7}, 60, path="/")
    assert list(answer.cookies) == ["member"]
