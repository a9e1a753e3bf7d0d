"""API tokens: created in the admin or by a command, and shown once."""

import re
import secrets
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from openuser.api import clients
from openuser.api.throttling import WRONG_TOKENS
from openuser.models import ApiClient
from tests.support.factories import make_api

pytestmark = pytest.mark.django_db
ADMIN = "/admin/openuser/apiclient/"
FORM = {"name": "OA", "scopes": ["renders:read", "renders:write"], "rate": "60", "enabled": "on"}


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def shown(answer) -> str:
    """The token on a page; "" where there is none."""
    found = re.search(r'data-testid="token">([^<]+)<', answer.content.decode())
    return found.group(1) if found else ""


def test_a_new_client_has_its_scopes_and_shows_its_token_once(client):
    answer = client.post(f"{ADMIN}add/", FORM)
    token = shown(answer)
    made = clients.client_of_token(token)
    assert made is not None
    assert (made.name, made.scopes, made.rate) == ("OA", ["renders:read", "renders:write"], 60)
    assert made.created_by is not None
    assert made.created_by.username == "boss"
    assert "no-store" in answer["Cache-Control"]
    for page in (ADMIN, f"{ADMIN}{made.pk}/change/"):
        assert token not in client.get(page).content.decode()


def test_scopes_are_checkboxes_and_one_has_to_be_ticked(client):
    page = client.get(f"{ADMIN}add/").content.decode()
    assert page.count('type="checkbox" name="scopes"') + len(
        re.findall(r'name="scopes"[^>]*type="checkbox"', page)
    ) == (len(ApiClient.Scope))
    answer = client.post(f"{ADMIN}add/", {**FORM, "scopes": []})
    assert "Choose at least one" in answer.content.decode()
    assert not ApiClient.objects.exists()


def test_editing_a_client_keeps_its_token(client):
    made, token = clients.create("OA", scopes=["renders:read"])
    assert client.post(f"{ADMIN}{made.pk}/change/", {**FORM, "scopes": ["members:read"]}).status_code == 302
    found = clients.client_of_token(token)
    assert found is not None
    assert found.scopes == ["members:read"]


def test_a_client_expires_at_its_time():
    now = timezone.now()
    made, token = clients.create("OA", scopes=["renders:read"], expires_at=now)
    assert clients.client_of_token(token, now=now - timedelta(seconds=1)) == made
    assert clients.client_of_token(token, now=now) is None


def test_a_new_token_is_made_after_asking(client):
    made, old = clients.create("OA", scopes=["renders:read"])
    url = f"{ADMIN}{made.pk}/renew/"
    assert not shown(client.get(url))
    assert clients.client_of_token(old) == made
    new = shown(client.post(url))
    assert clients.client_of_token(old) is None
    assert clients.client_of_token(new) == made


def test_a_client_is_switched_off_from_the_list_and_from_its_page(client):
    made, token = clients.create("OA", scopes=["renders:read"])
    client.post(ADMIN, {"action": "switch_off", "_selected_action": [made.pk]})
    assert clients.client_of_token(token) is None
    ApiClient.objects.update(enabled=True)
    client.post(f"{ADMIN}{made.pk}/switch_off_this/", {"_form_submitted": "True"})
    assert clients.client_of_token(token) is None


def test_who_may_only_look_makes_no_token():
    made, token = clients.create("OA", scopes=["renders:read"])
    clerk = Client()
    clerk.force_login(User.objects.create_user("clerk", is_staff=True))
    assert clerk.post(f"{ADMIN}{made.pk}/renew/").status_code == 403
    assert clients.client_of_token(token) == made


def say(*line: str) -> str:
    out = StringIO()
    call_command("api_client", *line, stdout=out)
    return out.getvalue().strip()


def test_the_command_prints_a_token():
    token = say("OA", "--scopes", "renders:read, renders:write")
    found = clients.client_of_token(token)
    assert found is not None
    assert found.scopes == ["renders:read", "renders:write"]
    again = say("OA", "--scopes", "all")
    assert clients.client_of_token(token) is None
    found = clients.client_of_token(again)
    assert found is not None
    assert set(found.scopes) == set(ApiClient.Scope.values)


def test_the_command_names_the_scopes_that_there_are():
    with pytest.raises(CommandError, match=r"no scope renders:eat.*renders:read"):
        call_command("api_client", "OA", "--scopes", "renders:read,renders:eat")
    assert not ApiClient.objects.exists()


def test_many_wrong_tokens_from_one_address_wait_and_a_right_one_not():
    network = f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}"  # of this test alone: the cache is of all
    right, wrong, path = make_api("members:read"), APIClient(), "/api/v1/members/"
    answers = []
    for number in range(WRONG_TOKENS + 1):
        wrong.credentials(HTTP_AUTHORIZATION=f"Bearer ou_{number}")
        answers.append(wrong.get(path, REMOTE_ADDR=f"{network}::{number:x}"))
    assert [answer.status_code for answer in answers] == [401] * WRONG_TOKENS + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 900
    assert wrong.get(path).status_code == 401
    assert right.get(path, REMOTE_ADDR=f"{network}::1").status_code == 200
