"""Every admin list opens with and without rows, searches, and has a constant number of queries."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.web import row_counts
from core.web.keyset_pages import KeysetAdmin
from tests.benchmarks.lists import rows
from tests.benchmarks.lists.__main__ import MOST_STATEMENTS
from tests.benchmarks.lists.pages import NOWHERE, pages
from tests.openuser.support.admin_pages import addresses, shows_words
from tests.support import factories
from tests.support.admin_rendering import signed_in, unrendered, without_menu
from tests.support.model_rows import make_row
from wecom.models import Member, Membership

# To audition a voice is one of the pages; how it sounds is told elsewhere.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demonstration_engines")]
MODELS = list(admin.site._registry)
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)


@pytest.fixture
def client() -> Iterator[Client]:
    with signed_in(User.objects.create_superuser("boss")) as client, without_menu():
        yield client


def list_of(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@every_model
def test_a_list_asks_as_often_for_25_rows_as_for_one(client, model):
    make_row(model)
    client.get(list_of(model))  # what is asked once in a process: content types and the like
    with CaptureQueriesContext(connection) as few:
        client.get(list_of(model))
    for _number in range(24):
        make_row(model)
    with CaptureQueriesContext(connection) as many:
        page = client.get(list_of(model))
    assert len(page.context["cl"].result_list) >= 25
    more = [query["sql"] for query in many][len(few) :]
    # A filter by its values is offered only where there are two.
    assert len(many) <= len(few) + len(page.context["cl"].filter_specs), more[-3:]


# Those that show words of the row are opened in test_hostile_words.
@pytest.mark.parametrize("shown", [False, pytest.param(True, marks=pytest.mark.thorough)], ids=["wordless", "all"])
@every_model
def test_every_page_of_a_row_opens(client, model, shown):
    for name, address in addresses(make_row(model)).items():
        if shown or not shows_words(model, name):
            assert client.get(address).status_code < 500


@pytest.mark.databases
@every_model
def test_a_list_sorts_by_every_column_and_uses_every_filter(client, model):
    make_row(model)
    make_row(model)
    with unrendered():
        changelist = client.get(list_of(model)).context_data["cl"]
    orders = [f"?{ORDER_VAR}={column}" for column in range(1, len(changelist.list_display) + 1)]
    choices = [choice for spec in changelist.filter_specs for choice in spec.choices(changelist)]
    asked = [*orders, *(choice["query_string"] for choice in choices if "query_string" in choice)]
    with unrendered():
        assert {query: client.get(list_of(model) + query).status_code for query in asked} == dict.fromkeys(asked, 200)


@pytest.mark.databases
@every_model
def test_a_search_that_finds_nothing_says_so(client, model):
    if not admin.site._registry[model].search_fields:
        return
    make_row(model)
    page = client.get(list_of(model), {"q": "nothing-like-this"})
    assert page.status_code == 200
    assert 'data-testid="empty"' in page.content.decode()
    assert "?" in page.content.decode().partition('data-testid="empty"')[2].partition("</div>")[0]


@every_model
def test_an_empty_list_says_what_to_do_next(client, model):
    if model is User or model._default_manager.exists():
        return
    page = client.get(list_of(model)).content.decode().partition('data-testid="empty"')[2].partition("</div>")[0]
    assert "<h2>" in page
    hint = getattr(admin.site.get_model_admin(model), "empty_hint", "")
    # A link where rows are added here, else a sentence; where rows need explaining, both.
    assert ("<p" in page) == ('/add/"' not in page or bool(hint))


# Tables that stay small: people make their rows one by one, or there is one for each process or figure.
SMALL = {
    *("core_workerprocess", "core_metriccount", "django_celery_beat_periodictask", "wecom_circuit"),
    *("avatars_digitalhuman", "axes_accessfailurelog", "conversations_topic", "openuser_webhookendpoint"),
    *("scheduling_campaign", "wecom_application", "wecom_department", "wecom_groupchat"),
    *("conversations_operator", "conversations_operatorgroup", "wecom_guard", "wecom_privacyrequest", "wecom_tag"),
    "scheduling_sendingpolicy",
}


# Their searches look in several columns and tables, and their pages read what else belongs to a row.
SEARCHED = ("members, search", "questions and answers, search")
# What few rows have, as the address of a list says it.
RARE = (
    *(("callback", "kind=image"), ("callback", "event=subscribe"), ("outbound", "msgtype=video")),
    *(("upload", "kind__exact=image"), ("download", "kind__exact=voice"), ("member", "status__exact=left")),
    *(
        ("render", "mode__exact=lipsync"),
        ("errand", "kind__exact=recording"),
        ("webhookdelivery", "event=render.failed"),
    ),
    *((kind, "reason=attempts") for kind in ("outbound", "download", "cardupdate", "groupmessage", "errand")),
)


def whole_tables(sql: str, params: Any) -> set[str]:
    """The tables that PostgreSQL reads from end to end, though it is told not to: no index has what is asked."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", params)
        scans = [line.split("Seq Scan on ")[1] for (line,) in cursor.fetchall() if "Seq Scan on " in line]
    return {scan.split()[0] for scan in scans}


@pytest.mark.databases
def test_no_list_reads_a_long_table_or_asks_more_than_twelve_times(monkeypatch):
    if connection.vendor == "sqlite":  # the benchmark fills its tables as PostgreSQL does
        return
    rows.fill(20)
    # As with a million rows: other pages lie behind, and about how many rows there are, the planner tells.
    monkeypatch.setattr(KeysetAdmin, "list_per_page", 10)
    monkeypatch.setattr(row_counts, "COUNTED", 0)
    asked: dict[str, Any] = {}
    statements: Counter[str] = Counter()
    for name, open_page in pages(narrowed=False):

        def note(execute: Any, sql: str, params: Any, *more: Any, page: str = name) -> Any:
            asked[sql] = params
            statements[page] += 1
            return execute(sql, params, *more)

        if "search" not in name or NOWHERE in name or name.startswith(SEARCHED):
            cache.clear()  # nothing is kept that another page counted
            with connection.execute_wrapper(note):
                assert open_page().status_code == 200, name
    assert {name: count for name, count in statements.items() if count > MOST_STATEMENTS} == {}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    found = {sql: whole_tables(sql, params) - SMALL for sql, params in asked.items() if sql.startswith("SELECT")}
    assert not {sql: tables for sql, tables in found.items() if tables}


@pytest.mark.databases
def test_members_of_a_department_or_tag_take_twelve_statements(monkeypatch):
    monkeypatch.setattr(KeysetAdmin, "list_per_page", 10)
    application = factories.make_application()
    place, tag = factories.make_department(application, 7, "人事部"), factories.make_tag(application)
    members = [factories.make_member(application, f"user{number}") for number in range(12)]
    Membership.objects.bulk_create(Membership(member=member, department=place) for member in members)
    tag.members.add(*members)
    factories.make_directory_sync(application, status="done")
    browser = Client()
    browser.force_login(User.objects.create_superuser("boss"))
    for query in ({"department": place.pk}, {"tags__id__exact": tag.pk}):
        browser.get(list_of(Member), query)
        with CaptureQueriesContext(connection) as statements:
            page = browser.get(list_of(Member), query)
        assert page.context["cl"].count.number == 12
        assert len(statements) <= MOST_STATEMENTS


@pytest.mark.databases
@pytest.mark.parametrize(("kind", "query"), RARE)
def test_what_few_rows_have_is_found_by_an_index(rf, kind, query):
    if connection.vendor == "sqlite":
        return
    model = next(one for one in MODELS if one._meta.model_name == kind)
    request = rf.get(f"{list_of(model)}?{query}")
    request.user = User.objects.create_superuser("boss")
    found = admin.site._registry[model].get_changelist_instance(request).queryset
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    sql, params = found.order_by().select_related(None).values("pk").query.sql_with_params()
    assert query.partition("=")[2] in str(params)
    assert whole_tables(sql, params) == set()
