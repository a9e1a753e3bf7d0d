"""Counts of the home page: exact while they are small, kept for a minute once they are large."""

import pytest
from django.core.cache import cache

from openuser.admin.home import kept_counts
from tests.support.factories import make_application, make_callback
from wecom.models import Callback

pytestmark = pytest.mark.django_db


def count() -> int:
    return kept_counts.look({"callbacks": Callback.objects.all()}, {}).figures["callbacks"]


def test_a_small_count_is_exact(monkeypatch):
    monkeypatch.setattr(kept_counts, "COUNTED", 3)
    application = make_application()
    for number in range(1, 4):
        make_callback(application)
        assert count() == number


def test_a_large_count_is_kept_and_may_be_forgotten(monkeypatch):
    cache.clear()
    monkeypatch.setattr(kept_counts, "COUNTED", 3)
    application = make_application()
    figures = []
    for _ in range(6):
        make_callback(application)
        figures.append(count())
    assert figures == [1, 2, 3, 4, 4, 4]
    cache.clear()
    assert count() == 6


def test_a_cache_that_is_away_costs_no_count(monkeypatch, settings):
    away = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "unix:///nowhere.sock"}
    settings.CACHES = {"default": away}
    monkeypatch.setattr(kept_counts, "COUNTED", 3)
    application = make_application()
    for _ in range(5):
        make_callback(application)
    assert count() == 5


def test_all_that_is_counted_and_sought_takes_one_statement(django_assert_num_queries):
    application = make_application()
    make_callback(application, kind="event")
    make_callback(application, kind="text")
    counted = {"all": Callback.objects.order_by("-pk"), "events": Callback.objects.filter(kind="event")}
    sought = {"texts": Callback.objects.filter(kind="text"), "images": Callback.objects.filter(kind="image")}
    with django_assert_num_queries(1):
        found = kept_counts.look(counted, {**sought, "none": Callback.objects.none()})
    assert (found.figures, found.there) == ({"all": 2, "events": 1}, {"texts"})
    assert kept_counts.look({}, {}).figures == {}
