"""Security headers of every address of the installation, as the URL resolver lists them."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from conversations.models import WatchLink
from conversations.preferences.page_links import address as preferences_url
from scheduling.models import CampaignLink
from tests.openuser.support.admin_pages import asked
from tests.openuser.support.security_headers import flaws
from tests.support import factories
from tests.support.admin_rendering import signed_in, unrendered
from tests.support.model_rows import make_row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demonstration_engines")]
HEX = "0123456789abcdef" * 2
SAMPLES = {"int": "1", "slug": HEX, "str": "1", "path": "1", "uuid": "00000000-0000-0000-0000-000000000000"}
GROUP = re.compile(r"\(\?P<\w+>((?:\[[^]]*\]|[^()])*)\)")
MACHINES = ("live", "ready", "start", "metrics")  # answered before all middleware, and shown to no person
WEBHOOK = "api/v1/integrations/"


def patterns(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Each pattern with its whole route."""
    for pattern in resolver.url_patterns:
        route = f"{before}{str(pattern.pattern).removeprefix('^')}"
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, route)
        else:
            yield route, pattern


def address_of(route: str) -> str:
    """An address that a route answers."""
    plain = re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES[found[1] or "str"], GROUP.sub(_sample, route))
    for sign, text in (("\\Z", ""), ("$", ""), ("\\.", "."), ("/?", "")):
        plain = plain.replace(sign, text)
    return f"/{plain}"


def _sample(found: re.Match[str]) -> str:
    """What a group of a regular expression takes."""
    expression = str(found[1])
    for text in ("1", HEX, "json", *expression.split("|")):
        if re.fullmatch(expression, text):
            return text
    raise AssertionError(f"Add a sample for {expression!r}.")


ALL = dict(patterns(get_resolver()))


@pytest.fixture
def media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT, settings.SITE_URL = tmp_path, "http://testserver"


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss")


def test_every_route_has_an_address():
    assert len(ALL) > 300
    for route in ALL:
        resolve(address_of(route))


def asked_all(user: User | AnonymousUser, routes: Iterable[str]) -> dict[str, list[str]]:
    """What is wrong with the answers to a person, by route."""
    wrong = {}
    with unrendered(), signed_in(user) as client:
        client.raise_request_exception = False
        for route in routes:
            answer = asked(client, "get", address_of(route))
            wrong[route] = flaws(answer, admin=True, webhook=route.startswith(WEBHOOK))
    return {route: some for route, some in wrong.items() if some}


@pytest.mark.parametrize("who", ["nobody", "superuser"])
def test_every_address_has_its_headers(who, media, boss):
    routes = [route for route, pattern in ALL.items() if pattern.name not in MACHINES]
    assert asked_all(boss if who == "superuser" else AnonymousUser(), routes) == {}


def stored(name: str, data: bytes = b"bytes") -> str:
    return default_storage.save(name, ContentFile(data))


def watched() -> WatchLink:
    files: dict[str, Any] = {
        "video": stored("renders/a.mp4"),
        "poster": stored("renders/a.jpg"),
        "captions": stored("renders/a.srt"),
    }
    render = factories.make_render(status="done", translated_captions=stored("renders/b.srt"), **files)
    return make_row(WatchLink, render=render)  # type: ignore[no-any-return]


def shown_to_public(boss: User) -> dict[str, Any]:
    """Answers of public pages that show something, by the name of the pattern and what was asked."""
    staff, member, anybody = Client(), Client(), Client()
    staff.force_login(boss)
    link, row = watched(), factories.make_member(factories.make_application(is_default=True))
    clicked = make_row(CampaignLink, target="https://example.com/")
    token = preferences_url(row).removeprefix(settings.SITE_URL)
    files = ("video", "poster", "captions", "translated_captions")
    return {
        "watch": staff.get(f"/watch/{link.name}/"),
        **{f"watch-file {which}": staff.get(f"/watch/{link.name}/{which}") for which in files},
        "watch-login": anybody.get("/watch/login/"),
        "preferences-link": member.get(token),
        "preferences": member.get("/preferences/"),
        "preferences-undo": member.post("/preferences/undo/"),
        "campaign-link": anybody.get(f"/c/{clicked.token}"),
        "media": staff.get(f"/media/{stored('portraits/a.svg')}"),
        "login": anybody.get("/admin/login/"),
    }


STATUSES = {"watch-login": 400, "preferences-link": 302, "preferences-undo": 302, "campaign-link": 302}


def test_public_pages_that_show_something_have_their_headers(media, boss):
    answers = shown_to_public(boss)
    assert {name: answer.status_code for name, answer in answers.items()} == {
        name: STATUSES.get(name, 200) for name in answers
    }
    others = ("login", *(name for name, status in STATUSES.items() if status == 302))  # which have the admin's policy
    wrong = {name: flaws(answer, admin=name in others) for name, answer in answers.items()}
    assert {name: some for name, some in wrong.items() if some} == {}
