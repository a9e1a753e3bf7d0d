"""The form field of an audience: plain elements, one JSON form, and the live table of who is left out."""

from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.test import Client

from scheduling.admin.audience_field import AudienceField
from tests.scheduling.segments.support.company import make_company
from tests.scheduling.support.admin_pages import clerk, text_of
from tests.support.model_rows import make_row

pytestmark = pytest.mark.django_db

REACH = "/admin/scheduling/segment/audience/"
PLAIN = {
    "audience-departments": "7, 9!",
    "audience-tags": "",
    "audience-segments": "",
    "audience-members": "Chen, anna",
    "audience-exclude-members": "ben",
}
RULE = {
    "departments": [{"number": 7}, {"number": 9, "below": False}],
    "members": ["anna", "chen"],
    "exclude": {"members": ["ben"]},
}


class Form(forms.Form):
    """A form as a campaign has one."""

    audience = AudienceField()

    def __init__(self, application: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["audience"]
        field.of(application)


@pytest.fixture
def company(application):
    make_company(application)
    return application


def posted(**fields: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update({**PLAIN, **fields})
    return data


def test_plain_elements_are_read_into_one_form(company):
    form = Form(company, posted())
    assert form.is_valid(), form.errors
    assert form.cleaned_data["audience"] == RULE


def test_what_was_chosen_is_shown_again_as_it_was(company):
    page = str(Form(company, initial={"audience": RULE})["audience"])
    assert 'value="7, 9!"' in page
    assert "研发部" in page
    assert Form(company, posted(), initial={"audience": RULE}).changed_data == ["audience"]  # the ID is written Chen


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"audience-tags": "3x"}, "“3x” is no number"),
        ({"audience-segments": "98765"}, "98765"),
        ({"audience-sheet": "98765"}, "uploaded list 98765 does not exist"),
        ({"audience-departments": "", "audience-members": ""}, "names nobody"),
    ],
)
def test_what_is_wrong_with_an_audience_is_an_error_of_the_field(company, fields, words):
    form = Form(company, posted(**fields))
    assert words in str(form.errors["audience"])


def test_the_live_table_tells_who_gets_it_and_who_does_not(client: Client, company):
    page = text_of(client.post(REACH, {**PLAIN, "name": "audience"}))
    shown = [
        words in page for words in ("1 member gets it", "Anna Lee", "1 is excluded", "has left the company", "陈晨")
    ]
    assert shown == [True] * 5
    assert "is disabled in WeChat Work" in page


def test_an_audience_that_reaches_nobody_is_told_so(client: Client, company):
    page = text_of(client.post(REACH, {"name": "audience", "audience-members": "chen"}))
    assert "Nobody would get it." in page


def test_the_live_table_says_what_is_wrong(client: Client, company):
    assert "names nobody" in text_of(client.post(REACH, {"name": "audience"}))


def test_the_live_table_counts_for_the_chosen_application(client: Client, company):
    other = make_row(type(company), corporation=company.corporation, agent_id=1000077)
    other.application_members.create(member=company.corporation.members.get(user_id="anna"), in_range=False)
    page = text_of(client.post(REACH, {"name": "audience", "audience-members": "anna", "application": str(other.pk)}))
    assert "is outside the application" in page


def test_without_a_right_no_audience_is_told(company):
    assert clerk("view_member").post(REACH, PLAIN).status_code == 403
