"""Segments in the admin: a form without JavaScript, a live count, and rights."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from scheduling.models import Segment
from tests.scheduling.segments.support.company import make_company
from tests.scheduling.support.admin_pages import clerk, errors, page_of, text_of
from wecom.models import FactDefinition

pytestmark = pytest.mark.django_db

ADD = "/admin/scheduling/segment/add/"
LIST = "/admin/scheduling/segment/"
PREVIEW = "/admin/scheduling/segment/preview/"
FIND = "/admin/scheduling/segment/find/"
FEMALE = {"subject": "gender", "test": "is", "value": "female"}


@pytest.fixture
def company(application):
    make_company(application)
    return application


def form(*rows: tuple[str, str, str], op: str = "all", **fields: Any) -> dict[str, Any]:
    """What a browser without JavaScript sends: all rows, the empty one at the end, too."""
    data = {
        "name": "甲",
        "description": "",
        "rule-op": op,
        f"rule-{len(rows)}-subject": "",
        f"rule-{len(rows)}-test": "is",
    }
    for number, (subject, test, value) in enumerate(rows):
        path = f"rule-{number}"
        data |= {f"{path}-subject": subject, f"{path}-test": test, f"{path}-value": value, f"{path}-below": "yes"}
    return {**data, **fields}


def make_segment(company: Any, *rules: dict[str, Any], name: str = "甲") -> Segment:
    return Segment.objects.create(corporation=company.corporation, name=name, rule={"op": "all", "rules": list(rules)})


def test_a_form_of_plain_fields_saves_a_rule_with_groups(client: Client, company):
    inner = {"rule-2-op": "any", "rule-2-0-subject": "is_leader", "rule-2-0-test": "is", "rule-2-0-value": "yes"}
    rows = [("fact:start_date", "within_days", "-30..0"), ("department", "one_of", "研发部, 9")]
    answer = client.post(ADD, form(*rows, **inner))
    assert answer.status_code == 302, errors(answer)
    segment = Segment.objects.get()
    assert (str(segment.created_by), segment.corporation) == ("boss", company.corporation)
    assert segment.rule["rules"] == [
        {"subject": "fact:start_date", "test": "within_days", "value": [-30, 0]},
        {"subject": "department", "test": "one_of", "value": [7, 9]},
        {"op": "any", "rules": [{"subject": "is_leader", "test": "is", "value": True}]},
    ]


@pytest.mark.parametrize(
    ("rows", "field", "words"),
    [
        ([("fact:start_date", "before", "soon")], "rule", "“soon” is no date. Write it as 2026-09-01."),
        ([("fact:gone", "is", "1")], "rule", "the fact “gone”, which does not exist"),
        ([("department", "one_of", "财务部")], "rule", "财务部"),
        ([], "rule", "has no condition"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(client: Client, company, rows, field, words):
    answer = client.post(ADD, form(*rows))
    (shown,) = errors(answer)[field]
    assert words in shown
    assert [value in text_of(answer) for _subject, _test, value in rows] == [True for _row in rows]
    assert not Segment.objects.exists()


def test_a_name_that_is_taken_is_an_error_of_the_name(client: Client, company):
    make_segment(company, FEMALE)
    answer = client.post(ADD, form(("gender", "is", "male")))
    assert errors(answer)["name"] == ["Another segment has this name. Choose another one."]


def test_an_unchanged_form_keeps_the_rule_as_it_was(client: Client, company):
    below = {"subject": "department", "test": "one_of", "value": [7, 9], "below": False}
    deep = {"op": "none", "rules": [{"op": "any", "rules": [FEMALE]}]}
    segment = make_segment(company, below, {"subject": "fact:level", "test": "between", "value": ["3", "5"]}, deep)
    page = client.get(page_of(segment))
    fields = {
        part.get_attribute("name") if hasattr(part, "get_attribute") else part
        for part in ("rule-0-subject", "rule-1-value", "rule-2-0-0-subject")
    }
    assert [f'name="{name}"' in text_of(page) for name in sorted(fields)] == [True] * 3
    sent = form(("department", "one_of", "7, 9"), ("fact:level", "between", "3..5"), **{"rule-0-below": "no"})
    sent |= {"rule-2-op": "none", "rule-2-0-op": "any", "rule-2-0-0-subject": "gender", "rule-2-0-0-test": "is"}
    assert client.post(page_of(segment), {**sent, "rule-2-0-0-value": "female"}).status_code == 302
    before, segment = segment.rule, Segment.objects.get()
    assert segment.rule == before


def test_the_live_count_tells_how_many_and_whom_first(client: Client, company):
    answer = client.post(PREVIEW, form(("department", "one_of", "7"))).json()
    assert answer == {
        "words": "department is one of 研发部 (with those below)",
        "count": 3,
        "of": 5,
        "names": "Anna Lee, 贝恩, Finn",
        "warnings": [],
    }


def test_the_live_count_says_what_is_wrong_and_where(client: Client, company):
    answer = client.post(PREVIEW, form(("gender", "is", "female"), ("fact:level", "less", "few"))).json()
    assert answer == {
        "error": "“few” is no number. Write it in digits, such as 12 or 12.5.",
        "place": "rule.1.value",
        "code": "rule_invalid",
    }


def test_pickers_find_by_name_and_number(client: Client, company):
    make_segment(company, FEMALE, name="研发女生")
    query = {"q": "研发", "kind": ["department", "tag", "segment", "secret"]}
    found = client.get(FIND, query).json()["found"]
    assert [(one["kind"], one["name"]) for one in found] == [("department", "研发部"), ("segment", "研发女生")]
    assert [one["id"] for one in client.get(FIND, {"q": "8", "kind": "department"}).json()["found"]] == ["8"]


def test_the_list_tells_each_rule_in_words(client: Client, company):
    make_segment(company, FEMALE)
    assert "gender is female" in text_of(client.get(LIST))


def test_counts_of_the_list_come_by_themselves(client: Client, company):
    FactDefinition.objects.create(corporation=company.corporation, key="old", name="旧", kind="text")
    good, broken = make_segment(company, FEMALE), make_segment(company, {**FEMALE, "subject": "fact:no"}, name="坏")
    answer = client.get(reverse("admin:scheduling_segment_counts"), {"key": [str(good.pk), str(broken.pk), "x"]})
    assert answer.json() == {"counts": {str(good.pk): 1, str(broken.pk): None}}


def test_a_segment_in_use_cannot_be_deleted_and_says_where(client: Client, company):
    inner = make_segment(company, FEMALE, name="里")
    make_segment(company, {"subject": "segment", "test": "one_of", "value": [inner.pk]}, name="外")
    assert "外" in text_of(client.get(page_of(inner, "delete")))
    client.post(page_of(inner, "delete"), {"post": "yes"})
    assert Segment.objects.filter(pk=inner.pk).exists()


def test_who_may_only_view_reads_the_rule_in_words(company):
    segment = make_segment(company, FEMALE)
    page = text_of(clerk("view_segment").get(page_of(segment)))
    assert "gender is female" in page
    assert "rule-0-subject" not in page


def test_without_a_right_nothing_is_counted_or_found(company):
    stranger = clerk("view_member")
    answers = [stranger.post(PREVIEW, form()), stranger.get(FIND), stranger.get(f"{LIST}counts/")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
