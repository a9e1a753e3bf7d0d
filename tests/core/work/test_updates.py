"""`UPDATE … RETURNING` on this run's database."""

import pytest
from django.db.models import F

from core.work.updates import update_returning
from tests.support import factories
from wecom.models import Outbound

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def application():
    return factories.make_application()


def test_rows_come_back_as_they_are_after_the_update(application):
    rows = [factories.make_outbound(application, recipients=[name], priority=1) for name in ("a", "b")]
    factories.make_outbound(application, priority=5)
    changed = update_returning(Outbound.objects.filter(priority=1).order_by("-pk"), priority=F("priority") + 1)
    assert {(row.pk, row.priority, tuple(row.recipients)) for row in changed} == {
        (rows[0].pk, 2, ("a",)),
        (rows[1].pk, 2, ("b",)),
    }
    for row in changed:
        row.refresh_from_db()
        assert row.priority == 2


def test_an_update_of_nothing_gives_nothing(application):
    factories.make_outbound(application)
    assert update_returning(Outbound.objects.filter(priority=7), priority=8) == []
    assert update_returning(Outbound.objects.filter(pk__in=[]), priority=8) == []
