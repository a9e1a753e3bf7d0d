"""Values of facts in rows, of one member and of many."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.support.factories import make_application, make_member
from wecom.facts import stored_values
from wecom.models import Member, MemberFact

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
NOW = timezone.now()


@pytest.fixture
def application():
    return make_application(is_default=True)


def members(application, count: int) -> list[Member]:
    return [make_member(application, f"member{number}") for number in range(count)]


def test_what_is_written_is_read_back_by_kind(application):
    member = make_member(application)
    known = {"city": "上海", "birthday": date(1988, 3, 7), "level": Decimal("2.5")}
    stored_values.write({member.pk: known}, now=NOW)
    assert stored_values.facts_of(member) == known
    row = MemberFact.objects.get(key="level")
    assert (row.text, row.number, row.date) == ("", Decimal("2.5"), None)


def test_a_new_value_replaces_the_old_one_and_none_clears(application):
    one, other = members(application, 2)
    stored_values.write({one.pk: {"city": "上海"}, other.pk: {"city": "上海"}}, now=NOW)
    stored_values.write({one.pk: {"city": "北京", "level": Decimal(1)}, other.pk: {"city": None}}, now=NOW)
    assert stored_values.facts_of_many([one.pk, other.pk]) == {one.pk: {"city": "北京", "level": Decimal(1)}}


def test_a_value_that_changes_its_kind_fills_the_other_column(application):
    member = make_member(application)
    stored_values.write({member.pk: {"level": "senior"}}, now=NOW)
    stored_values.write({member.pk: {"level": Decimal(3)}}, now=NOW)
    assert stored_values.facts_of(member) == {"level": Decimal(3)}


def test_many_members_are_read_and_written_in_a_few_statements(application):
    found = members(application, 50)
    changes = {member.pk: {"city": "上海", "level": Decimal(number)} for number, member in enumerate(found)}
    with CaptureQueriesContext(connection) as written:
        stored_values.write(changes, now=NOW)
    with CaptureQueriesContext(connection) as read:
        assert len(stored_values.facts_of_many([member.pk for member in found])) == 50
    assert (len(read), len(written) <= 3) == (1, True)


def test_only_the_wanted_facts_are_read(application):
    member = make_member(application)
    stored_values.write({member.pk: {"city": "上海", "level": Decimal(1)}}, now=NOW)
    assert stored_values.facts_of_many([member.pk], ["city"]) == {member.pk: {"city": "上海"}}


def test_the_language_goes_to_the_members_row(application):
    member = make_member(application)
    stored_values.write({member.pk: {"language": "en"}}, now=NOW)
    member.refresh_from_db()
    assert (member.language, stored_values.facts_of(member)) == ("en", {})


def test_a_manager_is_found_by_user_id_and_by_an_unmistakable_name(application):
    make_member(application, "lisi", name="李四")
    for user_id in ("wang1", "wang2"):
        make_member(application, user_id, name="王伟")
    make_member(application, "gone", name="赵六", status="left")
    found = stored_values.managers_called(application.corporation, ["LiSi", "李四", "王伟", "赵六", "nobody"])
    assert found == {"LiSi": "lisi", "李四": "lisi"}


def test_the_colleagues_of_another_company_are_nobodys_managers(application):
    make_member(make_application(), "lisi", name="李四")
    assert stored_values.managers_called(application.corporation, ["lisi", "李四"]) == {}
