"""Lookups that Django lacks, on both databases."""

import pytest
from django.db import connection

from core.lookups import among, any_of
from core.models import WorkerProcess

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def _rows():
    for token in ("a", "王'\"五", "c"):
        WorkerProcess.objects.create(token=token, machine="m", pid=1, ticks=1)


@pytest.mark.usefixtures("_rows")
def test_any_of_finds_the_rows_with_one_of_many_texts():
    wanted = ["a", "王'\"五", *(f"x{number}" for number in range(5000))]
    found = WorkerProcess.objects.filter(any_of("token", wanted), machine="m")
    assert set(found.values_list("token", flat=True)) == {"a", "王'\"五"}


@pytest.mark.usefixtures("_rows")
def test_any_of_no_texts_finds_nothing():
    assert not WorkerProcess.objects.filter(any_of("token", [])).exists()


def test_any_of_many_texts_has_one_parameter():
    _sql, params = WorkerProcess.objects.filter(any_of("token", ["a", "b", "c"])).query.sql_with_params()
    assert len(params) == 1


@pytest.mark.usefixtures("_rows")
def test_among_finds_the_rows_whose_key_a_query_has():
    keys = WorkerProcess.objects.filter(token__in=["a", "c"]).values("pk")
    found = WorkerProcess.objects.filter(among("pk", keys), machine="m")
    assert set(found.values_list("token", flat=True)) == {"a", "c"}
    assert not WorkerProcess.objects.filter(among("pk", keys.filter(token="b"))).exists()


def test_among_reads_the_keys_before_the_rows():
    rows = WorkerProcess.objects.filter(among("pk", WorkerProcess.objects.filter(pid=1).values("pk")))
    joined = "IN (SELECT" if connection.vendor == "sqlite" else "= ANY(ARRAY(SELECT"
    assert joined in str(rows.query)
