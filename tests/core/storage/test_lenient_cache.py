"""What is kept in the cache for a while: found once, forgotten in time, and never in the way."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from core.storage import lenient_cache

KEY = "test:lenient"
AWAY = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "unix:///nowhere.sock"}


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.delete(KEY)


def kept(values: Iterator[int | bool | None]) -> int | bool | None:
    return lenient_cache.kept(KEY, lambda: next(values), seconds=60)


@pytest.mark.parametrize("first", [7, 0, False])
def test_what_was_found_is_kept_whatever_it_is(first):
    values = iter([first, 8])
    assert [kept(values), kept(values)] == [first, first]


def test_what_was_not_found_is_looked_for_once_more():
    values = iter([None, 8, 9])
    assert [kept(values), kept(values), kept(values)] == [None, 8, 8]


def test_a_cache_that_is_away_costs_only_time(settings):
    settings.CACHES = {"default": AWAY}
    values = iter([7, 8])
    assert [kept(values), kept(values)] == [7, 8]


def test_an_error_while_looking_is_not_swallowed():
    with pytest.raises(StopIteration):
        kept(iter([]))
