"""Segments are checked when they are saved, counted in one statement, and kept while something uses them."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone

from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, Segment
from tests.scheduling.segments.support.company import make_company
from tests.support.model_rows import make_row
from wecom.models import FactDefinition, Member, MemberFact

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

FEMALE = {"subject": "gender", "test": "is", "value": "Female"}
IN_RESEARCH = {"subject": "department", "test": "one_of", "value": ["7"]}


@pytest.fixture
def company(application):
    make_company(application)
    return application


def save(company: Any, *rules: dict[str, Any], name: str = "甲", **fields: Any) -> Segment:
    segment = Segment(corporation=company.corporation, name=name, rule={"op": "all", "rules": list(rules)}, **fields)
    return services.save_segment(segment)


def names_in(segment: Segment) -> set[str]:
    """The members whom a segment means today."""
    return set(services.preview_rule(segment.rule, corporation=segment.corporation, own=segment.pk).names)


def refused(company: Any, *rules: dict[str, Any], **fields: Any) -> tuple[str, str]:
    with pytest.raises(SchedulingError) as caught:
        save(company, *rules, **fields)
    assert caught.value.remedy
    return caught.value.field, caught.value.code


def test_a_segment_is_kept_in_one_form(company):
    boss = User.objects.create_user("hr")
    segment = Segment(
        corporation=company.corporation, name=" 甲 ", rule={"rules": [FEMALE, {"op": "any", "rules": []}]}
    )
    services.save_segment(segment, by=boss)
    kept = Segment.objects.get()
    assert (kept.name, kept.created_by) == ("甲", boss)
    assert kept.rule == {"op": "all", "rules": [{"subject": "gender", "test": "is", "value": "female"}]}


def test_what_a_segment_lacks_is_said_with_the_field(company):
    save(company, FEMALE)
    assert refused(company, FEMALE, name=" ") == ("name", "name_missing")
    assert refused(company, FEMALE) == ("name", "name_taken")
    assert refused(company, name="乙") == ("rule", "rule_empty")
    assert refused(company, FEMALE, {**FEMALE, "value": "x"}, name="乙") == ("rule.1.value", "choice_unknown")


def test_a_segment_that_would_name_itself_is_refused(company):
    first = save(company, FEMALE)
    second = save(company, {"subject": "segment", "test": "one_of", "value": [first.pk]}, name="乙")
    first.rule = {"rules": [{"subject": "segment", "test": "none_of", "value": [second.pk]}]}
    with pytest.raises(SchedulingError) as caught:
        services.save_segment(first)
    assert caught.value.code == "segment_cycle"


def test_a_preview_counts_and_names_members_before_it_is_saved(company):
    found = services.preview_rule({"rules": [IN_RESEARCH]}, corporation=company.corporation)
    assert (found.count, found.of, found.names) == (3, 5, ("Anna Lee", "贝恩", "Finn"))
    assert found.words == "department is one of 研发部 (with those below)"


def test_a_department_or_tag_that_is_gone_is_a_warning(company):
    segment = save(company, {**IN_RESEARCH, "value": [7, 99]}, {"subject": "tag", "test": "none_of", "value": [98]})
    assert ["99" in words or "98" in words for words in services.segment_warnings(segment)] == [True, True]
    assert services.preview_rule(segment.rule, corporation=company.corporation).warnings


def test_a_segment_follows_the_calendar(company):
    today = timezone.localdate()
    for days, user_id in ((0, "anna"), (30, "ben"), (31, "finn")):
        facts = MemberFact.objects.filter(member__user_id=user_id, key="start_date")
        facts.update(date=today - timedelta(days))
    segment = save(company, {"subject": "fact:start_date", "test": "within_days", "value": [-30, 0]})
    assert names_in(segment) == {"Anna Lee", "贝恩"}
    facts = MemberFact.objects.filter(key="start_date")
    facts.update(date=F("date") - timedelta(1))  # as it is tomorrow
    assert names_in(segment) == {"Anna Lee"}


def test_who_left_is_in_no_segment(company):
    segment = save(company, {"subject": "fact:city", "test": "is_known"})
    assert Member.objects.get(user_id="chen").status == "left"
    assert names_in(segment) == {"Anna Lee", "eva"}


def test_a_segment_that_another_one_names_is_not_deleted(company):
    inner = save(company, FEMALE)
    outer = save(company, {"subject": "segment", "test": "one_of", "value": [inner.pk]}, name="乙")
    with pytest.raises(SchedulingError, match="乙") as caught:
        services.remove_segment(inner)
    assert caught.value.code == "segment_used"
    services.remove_segment(outer)
    services.remove_segment(inner)
    assert not Segment.objects.exists()


@pytest.mark.parametrize(("state", "uses"), [("paused", ["campaign “年会”"]), ("finished", [])])
def test_a_segment_is_used_while_a_campaign_needs_it(company, state, uses):
    segment = save(company, FEMALE)
    make_row(Campaign, name="年会", audience={"everyone": True, "exclude": {"segments": [segment.pk]}}, state=state)
    make_row(Campaign, name="别的", audience={"everyone": True}, state=state)
    assert services.segment_uses(segment) == uses


def test_many_segments_are_counted_and_told_with_few_queries(company, django_assert_num_queries):
    FactDefinition.objects.create(corporation=company.corporation, key="gone", name="旧", kind="text")
    broken = save(company, {"subject": "fact:gone", "test": "is", "value": "1"}, name="坏")
    FactDefinition.objects.filter(key="gone").delete()
    others = [save(company, IN_RESEARCH, FEMALE, name=f"{n}") for n in range(5)]
    segments = list(Segment.objects.select_related("corporation"))
    with django_assert_num_queries(
        3 + len(others)
    ):  # all segments, facts, the tree, and a count for each that is sound
        counts = services.count_segments(segments)
    assert counts == {broken.pk: None, **{one.pk: 1 for one in others}}
    with django_assert_num_queries(2):  # facts and names
        words = services.segments_in_words(segments)
    assert "“fact:gone”, which is gone" in words[broken.pk]
