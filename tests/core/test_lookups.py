"""Lookups that Django lacks, on both databases."""

import pytest

from core.lookups import any_of
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
