"""Links of the admin: each role is led only to what it may see."""

import re
from collections import Counter
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve, reverse

from openuser.roles import Role
from tests.openuser.support.admin_pages import MODELS, asked, member_of
from tests.support.admin_rendering import without_menu
from tests.support.model_rows import make_row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demonstration_engines")]
LINKS = re.compile(r"""(?:href|hx-get|(?<!method="post" )action)=["']([^"'#]+)""")
BUTTONS = re.compile(r"""(?:hx-post|method="post" action)=["']([^"'#]+)""")  # an address that may know no GET
ELSEWHERE = ("logout", "jsi18n", "search", "setlang", "static")
ROWS = 1  # of a model, whose pages are opened: rights are the same for each
# Who may least finds most that is refused; the others differ little from it.
OF_THE_SUITE = (Role.VIEWER,)


@pytest.mark.parametrize(
    "role", [role if role in OF_THE_SUITE else pytest.param(role, marks=pytest.mark.thorough) for role in Role]
)
def test_no_page_links_to_what_is_refused(role):
    client = member_of(role)
    for model in MODELS:
        make_row(model)
    start = reverse("admin:index")
    first = asked(client, "get", start)  # with the menu, which is the same around all pages
    found = {start: "", **dict.fromkeys(links_in(first, LINKS) | links_in(first, BUTTONS), start)}
    with without_menu():
        refused = refused_below(client, found, links_in(first, BUTTONS))
    assert refused == []
    assert len(found) > 20


def refused_below(client: Client, found: dict[str, str], buttons: set[str]) -> list[str]:
    """Follow the links of all pages; what is found goes to `found`, with the page that links there."""
    refused = []
    waiting = list(found)
    opened: Counter[str] = Counter()
    while waiting:
        address = waiting.pop()
        page = resolve(address).view_name
        opened[page] += 1
        if opened[page] > ROWS:
            continue
        answer = asked(client, "get", address)
        if answer.status_code not in ((200, 302, 405) if address in buttons else (200, 302)):
            refused.append(f"{found[address]} → {address}: {answer.status_code}")
        buttons |= links_in(answer, BUTTONS)
        for link in links_in(answer, LINKS) | links_in(answer, BUTTONS):
            if link not in found:
                found[link] = address
                waiting.append(link)
    return refused


def links_in(answer: Any, written: re.Pattern[str]) -> set[str]:
    """Addresses of the admin that a page offers, without what they are asked for."""
    if not answer.get("Content-Type", "").startswith("text/html"):
        return set()
    paths = {unescape(link).partition("?")[0] for link in written.findall(answer.content.decode())}
    return {path for path in paths if path.startswith("/admin/") and not any(word in path for word in ELSEWHERE)}
