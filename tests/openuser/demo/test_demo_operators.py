"""Hand-off in the demonstration: a member's trouble becomes a ticket that the admin's account can take."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from conversations.models import Flow, OperatorGroup, Ticket
from openuser.demo.demo_operators import seed_operators
from tests.conversations.replies.test_received_files import arrives
from tests.conversations.support.person import Person
from tests.support.factories import make_application, make_desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return User.objects.create_superuser("admin", password="x")


def test_a_member_is_passed_on_to_the_account_at_the_desk(account, client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_desk(make_application(is_default=True))
    seed_operators(account)
    person = Person(OperatorGroup.objects.get().application)
    for words in ("报修", "3", "登录不了"):
        person.says(words)
    person.sends("image", "M1")
    picture = arrives()
    said = [*person.read(), *person.says("1")]
    ticket = Ticket.objects.get()
    assert ticket.group.operators.get().user == account
    assert "账号或密码" in str(said)
    assert "屏幕照片: 图片-" in ticket.summary
    client.force_login(account)
    assert picture.path in client.get(reverse("desk-ticket", args=[ticket.pk])).content.decode()


def test_a_member_without_a_picture_is_passed_on_as_well(account):
    make_desk(make_application(is_default=True))
    seed_operators(account)
    person = Person(OperatorGroup.objects.get().application)
    said = [person.says(words) for words in ("报修", "3", "登录不了", "跳过", "1")]
    assert said[3][0].startswith("先不用图片。")
    assert "屏幕照片" not in Ticket.objects.get().summary


def test_what_a_person_removed_stays_away(account):
    make_desk(make_application(is_default=True))
    seed_operators(account)
    Flow.objects.all().delete()
    seed_operators(account)
    assert not Flow.objects.exists()


def test_without_an_application_there_is_nobody_to_pass_on_to(account):
    seed_operators(account)
    assert not OperatorGroup.objects.exists()
