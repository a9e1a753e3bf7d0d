"""Hand-off in the demonstration: a member's trouble becomes a ticket that the admin's account can take."""

import pytest
from django.contrib.auth.models import User

from conversations.models import Flow, OperatorGroup, Ticket
from openuser.demo.operators import seed_operators
from tests.conversations.support.person import Person
from tests.support.factories import make_application, make_desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return User.objects.create_superuser("admin", password="x")


def test_a_member_is_passed_on_to_the_account_at_the_desk(account, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_desk(make_application(is_default=True))
    seed_operators(account)
    person = Person(OperatorGroup.objects.get().application)
    said = [person.says(words) for words in ("报修", "3", "登录不了", "1")]
    ticket = Ticket.objects.get()
    assert ticket.group.operators.get().user == account
    assert "账号或密码" in str(said[-1])


def test_what_a_person_removed_stays_away(account):
    make_desk(make_application(is_default=True))
    seed_operators(account)
    Flow.objects.all().delete()
    seed_operators(account)
    assert not Flow.objects.exists()


def test_without_an_application_there_is_nobody_to_pass_on_to(account):
    seed_operators(account)
    assert not OperatorGroup.objects.exists()
