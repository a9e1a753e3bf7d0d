"""Who hears live updates: programs by their token, staff by their session, and no other site."""

from contextlib import AbstractContextManager

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

from openuser.api import clients
from openuser.live import consumers
from tests.openuser.support.live_site import ending, hear, signed_in
from tests.support.factories import make_render

pytestmark = pytest.mark.django_db(transaction=True)


def refusal(opening: AbstractContextManager[ClientConnection]) -> int | None:
    """The code with which a socket is closed that tells nothing."""
    with opening as opened:
        return ending(opened)


def test_staff_without_a_required_second_factor_hear_nothing(site, settings):
    settings.SECOND_FACTOR = "required"
    address = f"/ws/v1/renders/{make_render(status='failed').pk}/"
    assert refusal(site.open(address, signed_in("view_render"))) == consumers.ANONYMOUS
    settings.SECOND_FACTOR = "offered"
    with site.open(address, signed_in("view_render")) as opened:
        assert hear(opened)["status"] == "failed"


def test_an_unknown_render_and_a_stranger_have_codes_of_their_own(site):
    render = make_render()
    assert refusal(site.open("/ws/v1/renders/987654/", signed_in("view_render"))) == 4404
    assert refusal(site.open(f"/ws/v1/renders/{render.pk}/", signed_in())) == 4403
    assert refusal(site.open(f"/ws/v1/renders/{render.pk}/")) == 4401


# ---- programs


def test_a_program_sends_its_token_in_a_header_or_as_a_subprotocol(site):
    _, token = clients.create("OA", scopes=["renders:read"])
    path = f"/ws/v1/renders/{make_render().pk}/"
    with site.open(path, headers={"Authorization": f"Bearer {token}"}, origin=None) as opened:
        assert hear(opened)["status"] == "queued"
    for offers in (["openuser.v1", f"bearer.{token}"], [f"bearer.{token}"]):
        with site.open(path, subprotocols=offers) as opened:
            assert opened.subprotocol == offers[0]
            assert hear(opened)["status"] == "queued"


def test_a_token_that_does_not_suffice_is_refused(site):
    path = f"/ws/v1/renders/{make_render().pk}/"
    client, token = clients.create("OA", scopes=["messages:read"])
    headers = {"Authorization": f"Bearer {token}"}
    assert refusal(site.open(path, headers=headers, origin=None)) == 4403
    client.scopes, client.enabled = ["renders:read"], False
    client.save()
    assert refusal(site.open(path, headers=headers, origin=None)) == 4401
    assert refusal(site.open(path, subprotocols=["bearer.wrong"])) == 4401
    assert refusal(site.open(f"{path}?token={token}", origin=None)) == 4401


def test_a_bad_token_is_not_saved_by_a_good_session(site):
    path = f"/ws/v1/renders/{make_render().pk}/"
    assert refusal(site.open(path, signed_in("view_render"), subprotocols=["bearer.wrong"])) == 4401


def test_the_admins_home_is_no_place_for_programs(site):
    _, token = clients.create("OA", scopes=["renders:read"])
    assert refusal(site.open("/ws/v1/home/", headers={"Authorization": f"Bearer {token}"}, origin=None)) == 4403


def test_the_home_is_for_staff_who_may_see_something(site):
    assert refusal(site.open("/ws/v1/home/", signed_in("view_render", staff=False))) == 4403
    assert refusal(site.open("/ws/v1/home/", signed_in())) == 4403
    assert refusal(site.open("/ws/v1/home/")) == 4401


# ---- from where


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_another_site_is_refused(site, origin):
    with pytest.raises(InvalidStatus) as refused, site.open("/ws/v1/home/", signed_in("view_render"), origin=origin):
        pass
    assert refused.value.response.status_code == 403


def test_a_trusted_site_and_a_program_are_let_in(site, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://intranet.example"]
    for origin in ("https://intranet.example", None):
        with site.open("/ws/v1/home/", signed_in("view_render"), origin=origin) as opened:
            assert hear(opened) == {"type": "ready"}


def test_a_name_that_is_not_ours_is_refused(site, settings):
    settings.ALLOWED_HOSTS = ["openuser.example"]
    with pytest.raises(InvalidStatus), site.open("/ws/v1/home/", signed_in("view_render")):
        pass


def test_an_address_that_does_not_exist_is_refused(site):
    with pytest.raises(InvalidStatus), site.open("/ws/v1/nothing/", signed_in("view_render")):
        pass
