"""Pages of a list: every row once, forward and back, whatever the order; no count of all rows; actions in portions."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Model
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from avatars.admin.renders import RenderAdmin
from avatars.models import Render
from conversations.admin.conversations import ConversationAdmin
from conversations.models import Conversation
from core.web import row_counts
from core.web.keyset_pages import KeysetAdmin
from tests.support.factories import make_application, make_callback, make_digital_human, make_member, make_render
from wecom.admin.callbacks import CallbackAdmin
from wecom.models import Callback, Download, Member

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
SIZE = 3
Open = Callable[..., Any]


@pytest.fixture
def opened() -> Open:
    """The list of an admin class with three rows a page, by its query."""
    boss = User.objects.create_superuser("boss")

    def open_list(kind: type[KeysetAdmin], model: type[Model], query: dict[str, str]) -> Any:
        request = RequestFactory().get("/", query)
        request.user = boss
        small = type("Small", (kind,), {"list_per_page": SIZE})
        return small(model, admin.site).get_changelist_instance(request)

    return open_list


def keys(changes: Any) -> list[int]:
    return [row.pk for row in changes.result_list]


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(url.removeprefix("?"), keep_blank_values=True))


def walk(opened: Open, kind: type[KeysetAdmin], model: type[Model], query: dict[str, str]) -> None:
    """Every page forward to the end and back to the first: each row once, in the order of the list."""
    changes = opened(kind, model, query)
    expected = list(changes.queryset.values_list("pk", flat=True))
    forward, pages = keys(changes), [keys(changes)]
    while changes.has_next:
        changes = opened(kind, model, query_of(changes.next_url))
        forward += keys(changes)
        pages.append(keys(changes))
    assert forward == expected
    assert len(set(forward)) == len(forward)
    for page in pages[-2::-1]:
        changes = opened(kind, model, query_of(changes.previous_url))
        assert keys(changes) == page
    assert not changes.has_previous


def column(kind: type[KeysetAdmin], name: str, *, descending: bool) -> dict[str, str]:
    place = list(kind.list_display).index(name) + 1  # the first has the boxes to choose rows
    return {ORDER_VAR: f"-{place}" if descending else str(place)}


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("name", ["id", "length", "state", "script", "digital_human", "when"])
def test_pages_have_each_row_once_in_every_order(opened, name, descending):
    humans = [make_digital_human(), make_digital_human()]
    for number in range(11):
        seconds = (None, 4.0, 4.0, 2.5)[number % 4]
        status = ("done", "failed", "queued")[number % 3]
        make_render(humans[number % 2], text="一二"[number % 2], seconds=seconds, status=status)
    walk(opened, RenderAdmin, Render, column(RenderAdmin, name, descending=descending))


def test_pages_have_each_row_once_with_a_filter_and_search(opened):
    for number in range(22):
        make_render(text=f"早上好 {number % 2}", status=("done", "failed")[number % 2])
    walk(opened, RenderAdmin, Render, {"status__exact": "failed", "q": "早上"})
    assert len(opened(RenderAdmin, Render, {"status__exact": "failed", "q": "早上 1"}).queryset) == 11


def test_rows_of_the_same_moment_are_on_one_page_only(opened):
    application, moment = make_application(), timezone.now()
    for number in range(10):
        at = moment - timedelta(hours=number // 5)
        Conversation.objects.create(
            application=application, member=make_member(application, f"user{number}"), last_message_at=at
        )
    walk(opened, ConversationAdmin, Conversation, {})


def test_a_page_goes_on_where_its_last_row_was_deleted(opened):
    application = make_application()
    rows = [make_callback(application).pk for _ in range(7)]
    first = opened(CallbackAdmin, Callback, {})
    Callback.objects.filter(pk=keys(first)[-1]).delete()
    assert keys(opened(CallbackAdmin, Callback, query_of(first.next_url))) == rows[3:0:-1]


@pytest.mark.parametrize("place", ["after-", "after-x", "before-²", "2", "after-99999999999999999999", "later-1"])
def test_a_place_that_is_none_shows_the_first_page(opened, place):
    rows = [make_callback().pk for _ in range(SIZE)]
    assert keys(opened(CallbackAdmin, Callback, {PAGE_VAR: place})) == rows[::-1]


def test_a_first_page_that_has_grown_short_is_filled(opened):
    application = make_application()
    rows = [make_callback(application).pk for _ in range(5)]
    assert keys(opened(CallbackAdmin, Callback, {PAGE_VAR: f"before-{rows[3]}"})) == rows[:1:-1]


def test_no_list_counts_all_rows_or_looks_for_values():
    client, application = Client(), make_application()
    client.force_login(User.objects.create_superuser("boss"))
    for _ in range(51):
        make_callback(application)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(reverse("admin:wecom_callback_changelist"))
    assert page.context["cl"].result_count == 51
    counts = [query["sql"] for query in queries if "COUNT(*)" in query["sql"]]
    assert [sql for sql in counts if "LIMIT 10001" not in sql] == []
    assert not [query["sql"] for query in queries if "DISTINCT" in query["sql"]]


# ---- what the page says


@pytest.fixture
def client(monkeypatch) -> Client:
    """A client of a list that applies an action to four rows, and counts to six where no planner tells of more."""
    kind = admin.site._registry[Callback]
    monkeypatch.setattr(kind, "list_per_page", SIZE)
    monkeypatch.setattr(kind, "most_rows", 4)
    if connection.vendor == "sqlite":
        monkeypatch.setattr(row_counts, "COUNTED", 6)
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


@pytest.mark.parametrize(("rows", "words"), [(1, "1 callback<"), (6, "6 callbacks"), (7, "more than 6 callbacks")])
def test_the_foot_of_a_list_says_how_many_rows_it_has(client, rows, words):
    application = make_application()
    for _ in range(rows):
        make_callback(application)
    foot = client.get(reverse("admin:wecom_callback_changelist")).content.decode().partition('data-testid="pages"')[2]
    assert (words if connection.vendor == "sqlite" or rows < 7 else "7 callbacks") in foot
    assert ('rel="next"' in foot) == (rows > SIZE)


@pytest.mark.parametrize(
    ("chosen", "number", "counted"),
    [({}, 5, False), ({"status__exact": "active"}, 4, True), ({"status": "active"}, 4, True)],
)
def test_what_a_search_has_found_is_not_counted_again(client, monkeypatch, chosen, number, counted):
    monkeypatch.setattr(admin.site._registry[Member], "list_per_page", SIZE)
    application = make_application()
    for place in range(5):
        make_member(application, f"zhang{place}", status="active" if place else "disabled")
    with CaptureQueriesContext(connection) as queries:
        page = client.get(reverse("admin:wecom_member_changelist"), {"q": "zhang", **chosen})
    assert page.context["cl"].result_count == number
    assert any("COUNT(*)" in query["sql"] and "wecom_member" in query["sql"] for query in queries) == counted


@pytest.mark.parametrize(("rows", "offer", "done"), [(4, "Select all 4 callbacks", 4), (6, "Select all, up to 4", 4)])
def test_an_action_on_all_rows_says_to_how_many_it_applies(client, rows, offer, done):
    address, application = reverse("admin:wecom_callback_changelist"), make_application()
    for _ in range(rows):
        make_callback(application, status="done", body="<xml/>")
    assert offer in client.get(address).content.decode()
    data = {"action": "replay", "select_across": "1", "index": "0", "_selected_action": ["1"]}
    page = client.post(address, data, follow=True).content.decode()
    assert Callback.objects.filter(status="queued").count() == done
    assert ("This was done for the first 4 rows. Repeat it for the others." in page) == (rows > 4)


def test_a_list_is_sorted_by_what_an_index_has_in_order(rf):
    page, request = admin.site.get_model_admin(Download), rf.get("/")
    request.user = User.objects.create_superuser("boss")
    assert set(page.get_list_display(request)) > {"state", "kind", "when"}
    assert list(page.get_sortable_by(request)) == ["id", "when"]
