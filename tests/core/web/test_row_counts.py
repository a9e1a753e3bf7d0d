"""How many rows a list says it has: exact while they are few, about once they are many."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from core.web import row_counts
from core.web.row_counts import RowCount
from tests.support.factories import make_application, make_callback
from wecom.models import Callback


@pytest.mark.django_db
@pytest.mark.databases
def test_many_rows_are_not_counted(monkeypatch):
    monkeypatch.setattr(row_counts, "COUNTED", 3)
    application = make_application()
    for _ in range(30):
        make_callback(application)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(connection) as asked:
        found = row_counts.count(Callback.objects.order_by("-pk"))
    if connection.vendor == "sqlite":  # which expects nothing of a query
        assert found == RowCount(number=3, is_exact=False, is_least=True)
    else:
        assert found == RowCount(number=30, is_exact=False)
    assert len(asked) == 1
    assert row_counts.count(Callback.objects.filter(kind="nothing")) == RowCount(number=0)


@pytest.mark.parametrize(("number", "shown"), [(7, 7), (12_345, 12_300), (1_234_567, 1_230_000), (999_999, 1_000_000)])
def test_an_estimate_has_three_digits(number, shown):
    assert row_counts.rounded(number) == shown


@pytest.mark.parametrize(
    ("count", "english", "chinese"),
    [
        (RowCount(number=1), "1 callback", "回调：共 1 条"),
        (RowCount(number=9_876), "9,876 callbacks", "回调：共 9876 条"),
        (RowCount(number=1_230_000, is_exact=False), "about 1,230,000 callbacks", "回调：约 123 万条"),
        (RowCount(number=10_000, is_exact=False, is_least=True), "more than 10,000 callbacks", "回调：多于 1 万条"),
    ],
)
def test_a_number_of_rows_in_words(count, english, chinese):
    for language, words in (("en", english), ("zh-hans", chinese)):
        with translation.override(language):
            assert count.words(Callback._meta) == words
