"""Operators and their groups in the admin."""

from html import unescape

import pytest
from django.urls import reverse

from conversations import services
from conversations.models import Operator
from tests.conversations.support.flow_pages import url
from tests.support import factories

pytestmark = pytest.mark.django_db


def saved(client, **fields: object) -> str:
    """What the list says after an operator was added."""
    page = client.post(url("operator", "add"), {"name": "赵六", "enabled": "on", **fields}, follow=True)
    assert Operator.objects.get().name == "赵六"
    return str(page.content.decode())


def test_an_operator_who_can_answer_nowhere_gets_a_warning(hr, application):
    assert "“赵六” has neither" in saved(hr)


def test_an_operator_with_a_phone_needs_no_warning(hr, application):
    assert "has neither" not in saved(hr, member=factories.make_member(application, "zhaoliu").pk)


def test_an_operator_in_no_group_gets_a_warning(hr, application):
    member = factories.make_member(application, "zhaoliu").pk
    assert "“赵六” is in no group" in saved(hr, member=member)
    operator = Operator.objects.get()
    factories.make_operator_group(application, operator)
    page = hr.post(
        url("operator", "change", operator.pk), {"name": "赵六", "enabled": "on", "member": member}, follow=True
    )
    assert "is in no group" not in page.content.decode()


def test_a_group_without_operators_gets_a_warning(hr, application):
    hours = {"days": "all", "opens_at": "09:00", "closes_at": "18:00", "answer_within": 5, "enabled": "on"}
    form = {"name": "人事", "application": application.pk, **hours}
    page = hr.post(url("operatorgroup", "add"), form, follow=True)
    assert "“人事” has no operators yet" in page.content.decode()


def test_office_hours_are_shown_without_seconds(hr):
    form = hr.get(url("operatorgroup", "add")).content.decode()
    assert 'value="09:00"' in form
    assert "09:00:00" not in form


@pytest.mark.parametrize(
    ("days", "year", "is_marked"), [("working", 2099, True), ("working", 2026, False), ("all", 2099, False)]
)
def test_the_report_says_whether_office_hours_are_only_assumed(hr, application, days, year, is_marked):
    factories.make_operator_group(application, days=days)
    report = hr.get(reverse("desk-report"), {"since": f"{year}-01-01", "until": f"{year}-01-31"}).content.decode()
    assert ('data-testid="days-unknown"' in report) is is_marked


def test_the_page_of_a_group_says_what_its_hours_rest_on(hr, application):
    group = factories.make_operator_group(application, days="working")
    shown = hr.get(url("operatorgroup", "change", group.pk)).content.decode()
    assert (services.office_days_unknown([group]) or "The days of these years are known.") in unescape(shown)
