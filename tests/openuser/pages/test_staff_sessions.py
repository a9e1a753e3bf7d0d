"""How long staff stay logged in, and how an administrator ends it."""

import time

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from openuser.live.authentication import viewer_of
from openuser.pages.staff_sessions import OPENED, USED

pytestmark = pytest.mark.django_db
HOURS, MINUTES = 3600, 60
HOME = "/admin/"


@pytest.fixture
def client(admin_client: Client) -> Client:
    """An administrator is logged in."""
    return admin_client


def age(client: Client, **seconds: float) -> None:
    """The session was opened or last used so long ago."""
    session = client.session
    session.update({name: int(time.time() - ago) for name, ago in seconds.items()})
    session.save()


def is_logged_in(client: Client, **headers: str) -> bool:
    return client.get(HOME, headers=headers).status_code == 200


def test_a_session_ends_after_twelve_hours_however_it_is_used(client):
    age(client, **{OPENED: 12 * HOURS - 60})
    assert is_logged_in(client)
    age(client, **{OPENED: 12 * HOURS + 1})
    assert not is_logged_in(client)
    assert Session.objects.count() == 0


def test_a_session_that_nobody_used_for_two_hours_ends(client, settings):
    age(client, **{USED: 121 * MINUTES})
    assert not is_logged_in(client)
    settings.SESSION_IDLE_MINUTES = 0
    client.force_login(User.objects.get())
    age(client, **{USED: 11 * HOURS})
    assert is_logged_in(client)


def test_a_page_that_refreshes_itself_is_no_use(client):
    age(client, **{USED: 100 * MINUTES})
    assert is_logged_in(client, **{"Sec-Fetch-Dest": "empty"})
    assert time.time() - client.session[USED] > 99 * MINUTES
    assert is_logged_in(client, **{"Sec-Fetch-Dest": "document"})
    assert time.time() - client.session[USED] < MINUTES


def test_a_session_of_an_earlier_version_counts_from_its_first_request(client):
    session = client.session
    del session[OPENED], session[USED]
    session.save()
    assert is_logged_in(client)
    assert time.time() - client.session[OPENED] < MINUTES


def test_a_session_that_is_over_opens_no_websocket(admin_user):
    scope = {"user": admin_user, "session": {USED: time.time()}, "headers": []}
    assert async_to_sync(viewer_of)(scope) is not None
    assert async_to_sync(viewer_of)({**scope, "session": {USED: time.time() - 3 * HOURS}}) is None


def test_an_administrator_ends_all_sessions_but_the_own(client, admin_user):
    other, elsewhere = Client(), Client()
    other.force_login(User.objects.create_superuser("other"))
    elsewhere.force_login(admin_user)
    address = reverse("admin:auth_user_end_sessions_this", args=[admin_user.pk])
    client.post(address, {"_form_submitted": "True"})
    assert "1 session was ended." in client.get(HOME).content.decode()
    assert [is_logged_in(one) for one in (client, other, elsewhere)] == [True, True, False]
