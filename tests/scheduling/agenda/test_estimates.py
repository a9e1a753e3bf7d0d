"""How many members an audience has and whether two overlap: told without the directory where that is possible."""

import itertools
from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.agenda.agenda_entries import Audience
from scheduling.agenda.estimates import Estimates, surely_overlap
from scheduling.agenda.sender_calendars import Applications
from scheduling.audience.audience_rule import parse_audience
from scheduling.models import Segment
from scheduling.services import save_segment
from tests.scheduling.segments.support.company import make_company
from tests.support import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 28)
AUDIENCES = (
    {"everyone": True},
    {"members": ["anna"]},
    {"members": ["ben", "anna"]},
    {"departments": [7]},
    {"departments": [9]},
    {"tags": [3]},
    {"everyone": True, "exclude": {"members": ["anna"]}},
    {"departments": [7], "exclude": {"departments": [7]}},
)


@pytest.fixture
def company(application):
    cache.clear()
    make_company(application)
    return application


def estimates(seconds: float = 10) -> Estimates:
    return Estimates(Applications(), today=TODAY, seconds=seconds)


def audience(company, data) -> Audience:
    return Audience(application=company.pk, rule=parse_audience(data))


def test_members_who_would_get_it_are_counted(company):
    everyone = audience(company, {"everyone": True})
    assert estimates().members(everyone) > 1
    assert estimates().members(audience(company, {"members": ["anna", "nobody"]})) == 1


def test_what_was_counted_is_kept(company):
    everyone = audience(company, {"everyone": True})
    counted = estimates().members(everyone)
    again = estimates(seconds=-1)
    with CaptureQueriesContext(connection) as queries:
        assert again.members(everyone) == counted
    assert len(queries) == 0
    assert again.uncounted == 0


def test_what_there_is_no_time_for_stays_unknown(company):
    late = estimates(seconds=-1)
    assert late.members(audience(company, {"tags": [3]})) is None
    assert late.overlap(audience(company, {"tags": [3]}), audience(company, {"departments": [7]})) is False
    assert late.uncounted == 2


def test_an_audience_that_names_what_is_gone_has_no_count(company):
    rule = {"op": "all", "rules": [{"subject": "tag", "test": "one_of", "value": [3]}]}
    segment = save_segment(Segment(corporation=company.corporation, name="a", rule=rule))
    gone = audience(company, {"segments": [segment.pk]})
    segment.delete()
    found = estimates()
    assert found.members(gone) is None
    assert found.uncounted == 0


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations_with_replacement(AUDIENCES, 2)))
def test_what_is_told_without_the_directory_is_what_it_says(company, one, other):
    first, second = audience(company, one), audience(company, other)
    sure, found = surely_overlap(first.rule, second.rule), estimates()
    assert sure is None or sure == found._both(first, second) or found.members(first) == 0


def test_members_of_two_companies_never_overlap(company):
    elsewhere = factories.make_application(corporation=factories.make_corporation())
    assert not estimates().overlap(audience(company, {"everyone": True}), audience(elsewhere, {"everyone": True}))
