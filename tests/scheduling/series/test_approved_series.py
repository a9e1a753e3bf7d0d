"""What the approval of a series is bound to: every field of it and of its steps, unless a table here says why not."""

from datetime import date, time
from typing import Any

import pytest

from conversations.models import Flow
from scheduling.models import Campaign, Segment, Series
from scheduling.series.approved_series import describe
from tests.scheduling.support.approved_fields import relations, unbound
from tests.scheduling.support.series import make_series
from tests.support import factories
from tests.support.model_rows import make_row

pytestmark = pytest.mark.django_db

FREE_OF_SERIES = {
    "name": "only shown in the admin",
    **dict.fromkeys(("created_by", "client", "created_at", "changed_at"), "who wrote it, and when"),
    **dict.fromkeys(("approved_hash", "state", "reason", "started_at", "swept_at"), "where it is in its life"),
}
RELATED_TO_SERIES = {
    "steps": "bound: the next table",
    "changes": "its history",
    "enrolments": "who has come into it",
    "rehearsals": "what would go out",
}
SHARED = "the series says it, and `share` gives it to its steps"
FREE_OF_STEP = {
    "name": "only shown in the admin",
    **dict.fromkeys(("application", "audience", "time_zone", "in_member_zone"), SHARED),
    **dict.fromkeys(("starts_at", "cron", "ends_on", "days", "missed"), "of a campaign of its own"),
    **dict.fromkeys(("replaces", "ends_replaced"), "of a campaign that was made from a schedule"),
    "ahead_for": "what was made ahead for it",
    **dict.fromkeys(("key", "periodic_task"), "of a campaign that a call made"),
    **dict.fromkeys(("created_by", "client", "created_at", "changed_at"), "who wrote it, and when"),
    **dict.fromkeys(("approved_hash", "state", "reason", "watched_from", "next_at"), "where it is in its life"),
}
KIND = dict.fromkeys(("series", "repeats"), "whether it is a step of this series at all")


@pytest.fixture
def series(application) -> Series:
    return make_series(
        0,
        application=application,
        flow=make_row(Flow),
        stop_flow=make_row(Flow),
        departments=[7],
        ends_on=date(2027, 3, 1),
        stop_rule={"op": "all", "rules": []},
    )


def free(row: Any, series: Series, **options: Any) -> set[str]:
    return unbound(row, lambda: describe(Series.objects.get(pk=series.pk)), **options)


def test_the_approval_is_bound_to_every_field_of_a_series(series):
    assert free(series, series) == set(FREE_OF_SERIES)
    assert relations(Series) == set(RELATED_TO_SERIES)


def test_the_approval_is_bound_to_every_field_of_a_step(series):
    step = series.steps.get()
    topic = factories.make_topic()
    Campaign.objects.filter(pk=step.pk).update(
        topic=topic, valid_minutes=30, window_from=time(8), window_until=time(20), window_weekdays=[1]
    )
    step.refresh_from_db()
    assert free(step, series, apart=KIND) == set(FREE_OF_STEP)


def test_the_approval_is_bound_to_the_words_of_a_step(series):
    content = series.steps.get().contents.get()
    assert free(content, series, apart={"campaign": "where it stands"}) == set()


@pytest.mark.parametrize("place", ["included", "excluded", "stop", "included twice", "stop twice"])
def test_a_segment_is_bound_wherever_a_series_names_it(application, place):
    inner = outer = make_row(Segment, corporation=application.corporation, rule={"op": "all", "rules": []})
    if place.endswith("twice"):
        outer = make_row(Segment, corporation=application.corporation, rule=members_of(inner.pk))
    fields: dict[str, dict[str, Any]] = {
        "included": {"audience": {"segments": [outer.pk]}},
        "excluded": {"audience": {"everyone": True, "exclude": {"segments": [outer.pk]}}},
        "stop": {"stop_rule": members_of(outer.pk)},
    }
    series = make_series(0, application=application, **fields[place.split()[0]])
    assert "rule" not in free(inner, series)
    assert "name" in free(inner, series)


def members_of(key: int) -> dict[str, Any]:
    return {"op": "all", "rules": [{"subject": "segment", "test": "one_of", "value": [key]}]}
