"""Lists of working days taken over and taken back."""

from datetime import date

import pytest
from django.contrib.auth.models import User

from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import CalendarDay, CalendarImport, Campaign, calendar_of
from scheduling.working_days.list_imports import ImportedDays
from tests.scheduling.day_lists.notices import NOTICES
from tests.scheduling.support.campaigns import launch
from tests.scheduling.support.plain_messages import clock

pytestmark = pytest.mark.django_db
LIST = "2090-01-01..2090-01-03 休 元旦\n2090-01-07 班 元旦"


def imported(application, text: str = LIST, **options) -> ImportedDays:
    return services.import_days(application.corporation, services.read_day_list(text), **options)


def rows() -> list[tuple[str, bool, str]]:
    return [(f"{day.date}", day.works, day.source) for day in CalendarDay.objects.all()]


def test_an_import_says_which_days_become_other(application):
    done = imported(application)
    changes = [(f"{one.date:%m-%d}", one.works) for one in done.changes]
    assert changes == [
        ("01-02", False),
        ("01-03", False),
        ("01-07", True),
    ]
    assert done.years == {2090}
    assert done.row.years == [2090]


def test_the_same_list_again_changes_nothing(application):
    before = (imported(application).row, rows())
    again = imported(application)
    assert (again.row, again.changes) == (None, ())
    assert (CalendarImport.objects.get(), rows()) == before


def test_a_dry_run_keeps_nothing(application):
    done = imported(application, dry_run=True)
    assert (len(done.changes), done.row, rows()) == (3, None, [])


def test_an_undone_import_leaves_the_days_as_they_were(application):
    services.fill_calendars(now=clock("2026-03-01T00:00"))
    before = rows()
    done = imported(application, "2026-01-01 休\n2026-03-08 班")
    assert calendar_of(application).works_on(date(2026, 10, 1))
    services.undo_import(done.row)
    assert rows() == before
    with pytest.raises(SchedulingError, match="undone already"):
        services.undo_import(done.row)


def test_what_a_person_changed_since_stays_when_it_is_undone(application):
    done = imported(application)
    CalendarDay.objects.filter(date=date(2090, 1, 7)).update(works=False, source="entered")
    services.undo_import(done.row)
    assert rows() == [("2090-01-07", False, "entered")]


def test_only_the_last_import_is_undone(application):
    first = imported(application).row
    last = imported(application, "2091-01-01 休").row
    with pytest.raises(SchedulingError) as caught:
        services.undo_import(first)
    assert caught.value.code == "not_last"
    assert services.last_import(application.corporation) == last
    services.undo_import(last)
    services.undo_import(first)
    assert (rows(), services.last_import(application.corporation)) == ([], None)


def test_a_doubtful_list_needs_a_person_who_says_anyway(application):
    wrong = NOTICES[2026].replace("共9天", "共8天").replace("2026年", "2090年")
    with pytest.raises(SchedulingError) as caught:
        imported(application, wrong)
    assert (caught.value.code, caught.value.field, rows()) == ("list_doubtful", "text", [])
    assert imported(application, wrong, anyway=True).years == {2090}


def test_a_wrong_list_is_refused_whatever_a_person_says(application):
    with pytest.raises(SchedulingError, match="Line 1"):
        imported(application, "2090-02-30 休", anyway=True)


def test_an_import_knows_who_made_it_and_where_it_comes_from(application):
    boss = User.objects.create_user("boss")
    row = imported(application, NOTICES[2026].replace("周", "星期"), by=boss, way="admin", anyway=True).row
    assert (row.by, row.way, f"{row}") == (boss, "admin", "国务院办公厅关于2026年部分节假日安排的通知")


def test_a_campaign_that_waits_for_days_gets_its_next_moment(application):
    imported(application, "2089-01-01 休")
    campaign = launch(days="working", repeats="cron", cron="0 9 * * *", now=clock("2089-12-29T12:00"))
    Campaign.objects.update(next_at=clock("2090-01-01T09:00"))
    imported(application, LIST, now=clock("2089-12-31T12:00"))
    campaign.refresh_from_db()
    assert campaign.next_at == clock("2090-01-04T09:00")
