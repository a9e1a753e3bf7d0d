"""Audiences as members: who gets it, and who does not and why."""

from typing import Any

import pytest
from django.db.models import Value, When

from scheduling.audience.audience_rule import parse_audience
from scheduling.audience.reach import Reach, members_of, reach_of, unknown_ids, with_reasons
from scheduling.exceptions import SchedulingError
from scheduling.models import AudienceSheet, AudienceSheetMember, Segment
from tests.scheduling.segments.support.company import TODAY, make_company
from tests.support.factories import make_application, make_member
from tests.support.model_rows import make_row
from wecom.models import Member

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def company(application):
    make_company(application)
    make_member(make_application(), "stranger", status="active")
    return application


def chosen(application: Any, **audience: Any) -> list[str]:
    found = members_of(parse_audience(audience), application=application, today=TODAY)
    return sorted(found.values_list("user_id", flat=True))


def reach(application: Any, further: Any = (), **audience: Any) -> Reach:
    return reach_of(parse_audience(audience), application=application, today=TODAY, further=further)


def left_out(found: Reach) -> dict[str, tuple[int, tuple[str, ...]]]:
    return {one.reason: (one.count, one.names) for one in found.left_out}


def make_sheet(application: Any, *user_ids: str) -> int:
    sheet = make_row(AudienceSheet, corporation=application.corporation)
    lines = (AudienceSheetMember(sheet=sheet, line=n, user_id=one) for n, one in enumerate(user_ids, 2))
    AudienceSheetMember.objects.bulk_create(lines)
    return int(sheet.pk)


def test_everyone_is_the_company_without_those_who_left(company):
    assert chosen(company, everyone=True) == ["anna", "ben", "dora", "eva", "finn"]


def test_departments_come_with_those_below_or_without(company):
    assert chosen(company, departments=[7]) == ["anna", "ben", "finn"]
    assert chosen(company, departments=[{"number": 7, "below": False}]) == ["ben"]
    assert chosen(company, departments=[1, {"number": 9, "below": False}]) == ["anna", "ben", "dora", "finn"]


def test_tags_mean_their_members_and_those_of_their_departments(company):
    assert chosen(company, tags=[3]) == ["anna"]
    assert chosen(company, tags=[4]) == ["dora", "finn"]


def test_selections_add_up_and_each_member_comes_once(company):
    rule = {"rules": [{"subject": "gender", "test": "is", "value": "female"}]}
    segment = Segment.objects.create(corporation=company.corporation, name="女", rule=rule)
    sheet = make_sheet(company, "ben", "anna")
    audience = {"departments": [8], "tags": [3], "members": ["anna", "eva"], "segments": [segment.pk], "sheet": sheet}
    assert chosen(company, **audience) == ["anna", "ben", "eva", "finn"]


def test_exclusions_take_members_away_whatever_selects_them(company):
    assert chosen(company, everyone=True, exclude={"departments": [7], "members": ["eva"]}) == ["dora"]
    found = reach(company, members=["anna", "ben", "eva"], exclude={"departments": [7]})
    assert (found.count, found.names, found.excluded) == (1, ("eva",), 2)


def test_who_is_left_out_is_told_by_reason_with_the_first_names(company):
    company.application_members.create(member=Member.objects.get(user_id="ben"), in_range=False)
    company.application_members.create(member=Member.objects.get(user_id="anna"), in_range=None)
    found = reach(company, everyone=True, members=["chen", "nobody", "ghost"])
    assert (found.count, found.names) == (2, ("Anna Lee", "eva"))
    assert left_out(found) == {
        "left": (1, ("陈晨",)),
        "disabled": (1, ("Finn",)),
        "not_activated": (1, ("DORA",)),
        "out_of_range": (1, ("贝恩",)),
        "unknown": (2, ("ghost", "nobody")),
    }
    assert found.left_out_count == 6


def test_lines_of_a_sheet_that_are_nobody_are_told_with_their_numbers(company):
    sheet = make_sheet(company, "ben", "ghost", "stranger")
    found = reach(company, sheet=sheet, members=["ghost"])
    assert (found.count, left_out(found)) == (1, {"unknown": (2, ("ghost", "stranger"))})
    lines = unknown_ids(parse_audience({"sheet": sheet}), application=company)
    assert [(line.line, line.user_id) for line in lines] == [(3, "ghost"), (4, "stranger")]


def test_another_room_adds_reasons_of_its_own(company):
    opted_out = When(user_id="anna", then=Value("opted_out"))
    found = reach(company, everyone=True, further=[opted_out])
    assert (found.count, left_out(found)["opted_out"]) == (2, (1, ("Anna Lee",)))


def test_an_audience_is_copied_into_rows_by_one_statement(company, django_assert_num_queries):
    audience = parse_audience({"departments": [7], "tags": [4], "exclude": {"members": ["ben"]}})
    with django_assert_num_queries(3):  # the tree, the departments of the tag, and the members
        judged = with_reasons(members_of(audience, application=company, today=TODAY), application=company)
        rows = list(judged.order_by("user_id").values_list("user_id", "skip_reason"))
    assert rows == [("anna", ""), ("dora", "not_activated"), ("finn", "disabled")]


@pytest.mark.parametrize(
    ("audience", "code"), [({"sheet": 987654}, "sheet_gone"), ({"segments": [98765]}, "segment_gone")]
)
def test_what_is_gone_is_said_before_anything_is_sent(company, audience, code):
    with pytest.raises(SchedulingError) as caught:
        chosen(company, **audience)
    assert (caught.value.code, bool(caught.value.remedy)) == (code, True)


def test_a_sheet_of_another_company_is_not_there(company):
    with pytest.raises(SchedulingError):
        chosen(company, sheet=make_sheet(make_application(), "anna"))
