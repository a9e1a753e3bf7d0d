"""Hostile words in every text of every row: each page shows them, and none runs them."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from django.utils.http import urlencode

from avatars.models import Render
from conversations.flows import publication
from conversations.models import Content, Message, Ticket, Topic, WatchLink
from tests.openuser.support.admin_pages import OURS, addresses, shows_words
from tests.openuser.support.hostile_words import ADDRESS, MARKUP, SHORT, unescaped, write
from tests.support import factories
from tests.support.model_rows import make_conversation, make_message, make_row

pytestmark = pytest.mark.django_db
CID = "98b8d9a85776e3fc"
PAGES = ("admin:index", "admin-home", "calendar", "quotas", "doctor", "engines")
KNOWLEDGE = ("desk", "desk-report", "language-model", "admin:conversations_answer_try_question")


def models() -> list[type[Model]]:
    return [model for label in OURS for model in apps.get_app_config(label).get_models()]


def hostile_rows() -> list[Model]:
    """A row of every model, a conversation with a thread and a published flow; all their texts are hostile."""
    rows = [make_row(model) for model in models()]
    rows.append(conversation := make_conversation())
    Render.objects.update(status="done", video="renders/a.mp4")
    for direction in Message.Direction.values:
        content = Content.objects.create(text="words")
        make_message(conversation.application, member=conversation.member, direction=direction, content=content)
    flow = factories.make_flow()
    rows += [flow, publication.publish(flow), *flow.states.all()[:1]]
    Topic.objects.update(can_be_muted=False)  # those that can be fit a card
    for model in models():
        for row in model._default_manager.all():
            write(row)
        if any(field.name == "cid" for field in model._meta.fields):
            model._default_manager.update(cid=CID)
    return rows


def pages(rows: list[Model]) -> Iterator[str]:
    yield from (reverse(name) for name in (*PAGES, *KNOWLEDGE))
    yield f"{reverse('admin:conversations_answer_try_question')}?{urlencode({'q': MARKUP})}"
    yield from (reverse("desk-ticket", args=[ticket.pk]) for ticket in Ticket.objects.all())
    yield reverse("timeline", args=[CID])
    yield from (reverse("watch", args=[link.name]) for link in WatchLink.objects.all())
    for row in rows:
        if type(row) in admin.site._registry:
            yield from (address for name, address in addresses(row).items() if shows_words(type(row), name))


def html_of(client: Client, address: str) -> str:
    """A page's HTML; "" for what is no page."""
    answer = client.get(address)
    return answer.content.decode() if answer.headers.get("Content-Type", "").startswith("text/html") else ""


def test_no_page_runs_hostile_words(client, settings):
    settings.UNFOLD = {**settings.UNFOLD, "SIDEBAR": {}}  # the same on every page, and half of the time
    boss = User.objects.create_superuser("boss")
    rows = hostile_rows()
    boss.refresh_from_db()
    client.force_login(boss)
    shown = {address: html_of(client, address) for address in dict.fromkeys(pages(rows))}
    assert {address: found for address, html in shown.items() if (found := unescaped(html))} == {}
    assert sum("hostile" in html for html in shown.values()) > 100
    assert all("hostile" in html for address, html in shown.items() if "watch" in address or "timeline" in address)


@pytest.mark.parametrize(
    "html",
    [
        f"<p>{MARKUP}</p>",
        f'<p title="{MARKUP}">',
        f"<p title='{MARKUP}'>",
        f'<b style="color: {SHORT}">',
        f'<a href="{ADDRESS}">',
        "<p>54439</p>",
    ],
)
def test_words_that_were_not_escaped_are_found(html):
    assert unescaped(html) != []
    assert unescaped(f"<p title='{escape(html)}'>{escape(html)}</p>".replace("54439", "")) == []
