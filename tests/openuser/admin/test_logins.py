"""The lists of log-ins: who came in, who was refused, for administrators alone."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from openuser.models import LogIn, RefusedLogIn
from openuser.roles import Role
from tests.support.admin_rendering import signed_in

pytestmark = pytest.mark.django_db
PASSWORD = "a password of their own"
LISTS = {model: reverse(f"admin:openuser_{model._meta.model_name}_changelist") for model in (LogIn, RefusedLogIn)}


def log_in(client: Client, password: str) -> None:
    client.post(
        reverse("admin:login"),
        {"username": "lin", "password": password},
        HTTP_USER_AGENT="Firefox",
        REMOTE_ADDR="192.0.2.7",
    )


@pytest.fixture
def lin() -> User:
    user: User = User.objects.create_superuser("lin", password=PASSWORD)
    return user


def test_a_log_in_and_its_end_are_listed_with_address(client, lin):
    log_in(client, PASSWORD)
    shown = client.get(LISTS[LogIn]).content.decode()
    assert "lin" in shown
    assert "192.0.2.7" in shown
    assert "Firefox" in shown
    assert LogIn.objects.get().logout_time is None
    client.post(reverse("admin:logout"))
    assert LogIn.objects.get().logout_time is not None


def test_a_wrong_password_and_a_pause_are_told_apart(client, lin, settings):
    settings.AXES_FAILURE_LIMIT = 1
    log_in(client, "wrong")
    assert list(RefusedLogIn.objects.order_by("pk").values_list("locked_out", flat=True)) == [True]
    with signed_in(User.objects.create_superuser("boss")) as boss:
        shown = boss.get(LISTS[RefusedLogIn]).content.decode()
        assert "refused: log-ins paused" in shown
        row = reverse("admin:openuser_refusedlogin_change", args=[RefusedLogIn.objects.get().pk])
        assert "Failed access" not in boss.get(row).content.decode()
        RefusedLogIn.objects.update(locked_out=False)
        assert "wrong password or code" in boss.get(LISTS[RefusedLogIn]).content.decode()


def test_search_finds_an_account(client, lin):
    log_in(client, "wrong")
    with signed_in(lin) as boss:
        assert "192.0.2.7" in boss.get(LISTS[RefusedLogIn], {"q": "lin"}).content.decode()
        assert "192.0.2.7" not in boss.get(LISTS[RefusedLogIn], {"q": "wang"}).content.decode()


@pytest.mark.parametrize("model", LISTS)
@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_other_roles_see_no_log_ins(role, model):
    user = User.objects.create_user("viewer", is_staff=True)
    user.groups.add(Group.objects.get(name=role.value))
    with signed_in(user) as client:
        assert client.get(LISTS[model]).status_code == 403


@pytest.mark.parametrize("model", LISTS)
def test_administrators_read_but_do_not_change(model):
    user = User.objects.create_user("admin", is_staff=True)
    user.groups.add(Group.objects.get(name=Role.ADMINISTRATOR.value))
    with signed_in(user) as client:
        assert client.get(LISTS[model]).status_code == 200
        assert client.get(reverse(f"admin:openuser_{model._meta.model_name}_add")).status_code == 403
