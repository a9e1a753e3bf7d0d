"""Words inside of texts: found whatever their case and length, and by an index on PostgreSQL."""

import pytest
from django.apps import apps
from django.db import connection

from conversations.models import Errand
from core import text_search
from core.text_search import condition, containing
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
    rows, few = condition(Member, "", ("user_id", "name"), "陈")
    assert few == are_few
    assert Member.objects.filter(rows).count() == 3
    both, _few = condition(Member, "", ("user_id", "name"), "ann 陈")
    assert Member.objects.get(both).name == "陈三 Ann"


def test_a_row_two_tables_away_is_found_by_the_keys_between():
    conversation = make_conversation(user_id="zhangwei")
    make_conversation(user_id="lisi")
    row = make_errand(conversation)
    found, are_few = condition(Errand, "conversation__member", ("user_id",), "zhang")
    rows = Errand.objects.filter(found)
    assert (list(rows), are_few) == ([row], True)
    assert "wecom_member" not in str(rows.query)
