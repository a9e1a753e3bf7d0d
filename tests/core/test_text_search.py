"""Words inside of texts: found whatever their case and length, and by an index on PostgreSQL."""

import pytest
from django.apps import apps
from django.db import connection

from conversations.models import Errand
from core import text_search
from core.text_search import containing, find, parts
from tests.support.factories import make_application, make_conversation, make_errand, make_member
from wecom.models import Member

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
INDEXED = [(model, field) for model in apps.get_models() for field in getattr(model, "SEARCHED", ())]


def found(words: str) -> list[str]:
    return sorted(Member.objects.filter(containing(Member, "name", words)).values_list("name", flat=True))


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("三", ["张三", "张三丰"]),
        ("三丰", ["张三丰"]),
        ("张三", ["张三", "张三丰"]),
        ("WANG", ["Wang_Wei"]),
        ("g_w", ["Wang_Wei"]),
        ("%", ["100 %"]),
        ("丰三", []),
        ("nn", ["Anna"]),
        ("n", ["Anna", "Wang_Wei"]),
    ],
)
def test_words_are_found_inside_of_a_name(words, names):
    application = make_application()
    for number, name in enumerate(("张三", "张三丰", "Wang_Wei", "100 %", "Anna")):
        make_member(application, f"m{number}", name=name)
    assert found(words) == names


@pytest.mark.parametrize(("model", "field"), INDEXED, ids=lambda part: str(getattr(part, "__name__", part)))
def test_the_search_of_a_column_has_an_index(model, field):
    if connection.vendor == "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for words in ("请假", "leave"):
        plan = model._default_manager.order_by().filter(containing(model, field, words)).explain()
        assert f"Bitmap Index Scan on {model._meta.model_name}_{field}_words" in plan


@pytest.mark.parametrize(("most", "are_few"), [(3, True), (2, False)])
def test_many_rows_are_found_as_few_are(monkeypatch, most, are_few):
    monkeypatch.setattr(text_search, "MOST_ROWS", most)
    application = make_application()
    for name in ("陈一", "陈二", "陈三 Ann", "李四"):
        make_member(application, name, name=name)
    found = find(Member, parts(Member, "", ("user_id", "name"), "陈"))
    assert found.are_few == are_few
    assert Member.objects.filter(found.condition).count() == 3
    both = find(Member, parts(Member, "", ("user_id", "name"), "ann 陈"))
    assert Member.objects.get(both.condition).name == "陈三 Ann"


def test_a_row_two_tables_away_is_found_by_its_own_key():
    conversation = make_conversation(user_id="zhangwei")
    make_conversation(user_id="lisi")
    row = make_errand(conversation)
    found = find(Errand, parts(Errand, "conversation__member", ("user_id",), "zhang"))
    rows = Errand.objects.filter(found.condition)
    assert (list(rows), found.are_few) == ([row], True)
    assert "wecom_member" not in str(rows.query)
    assert "conversation_id" not in str(rows.query).partition("WHERE")[2]


@pytest.mark.parametrize(("newest", "expected"), [(9, 3), (2, 2)])
def test_words_of_too_many_related_rows_are_sought_among_the_newest(monkeypatch, newest, expected):
    monkeypatch.setattr(text_search, "MOST_ROWS", 2)
    monkeypatch.setattr(text_search, "NEWEST_ROWS", newest)
    rows = [make_errand(make_conversation(user_id=f"chen{number}")) for number in range(3)]
    found = find(Errand, parts(Errand, "conversation__member", ("user_id",), "chen"))
    assert list(Errand.objects.filter(found.condition).order_by("pk")) == rows[-expected:]
    assert found.of_newest == (expected < 3)
