"""Live updates by websocket: contents, audience, and no work that depends on them."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import pytest
import uvicorn
from django.contrib.auth.models import Permission, User
from django.db import transaction
from django.test import Client
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from avatars import services
from avatars.models import Render
from avatars.rendering import render_worker
from core import live_updates
from openuser.api import clients
from openuser.asgi import application
from openuser.live import consumers
from openuser.settings import base
from tests.support.emulator import answers, free_port, wait_for
from tests.support.factories import make_outbound, make_render

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60


class Site:
    """A web server in this process, on the database and the broker of the test."""

    def __init__(self) -> None:
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.server = uvicorn.Server(uvicorn.Config(application, port=self.port, lifespan="off", log_level="critical"))
        self.thread = threading.Thread(target=self.server.run)

    @contextmanager
    def open(self, path: str, client: Client | None = None, **options: Any) -> Iterator[ClientConnection]:
        """A socket of a signed-in user; `origin` is the page's site unless another is named."""
        headers = {"Cookie": f"sessionid={client.cookies['sessionid'].value}"} if client else {}
        headers |= options.pop("headers", {})
        options.setdefault("origin", self.origin)
        address = f"ws://127.0.0.1:{self.port}{path}"
        with connect(address, additional_headers=headers, close_timeout=1, **options) as opened:
            yield opened


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    site = Site()
    site.thread.start()
    wait_for(lambda: answers(f"{site.origin}/healthz/live"), "the web server")
    yield site
    site.server.should_exit = True
    site.thread.join()


def signed_in(*permissions: str, staff: bool = True) -> Client:
    user = User.objects.create_user(f"user{User.objects.count()}", is_staff=staff)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def hear(opened: ClientConnection) -> dict[str, Any]:
    told = json.loads(opened.recv(timeout=PATIENCE))
    assert isinstance(told, dict)
    return told


def ending(opened: ClientConnection) -> int | None:
    """The code with which a socket is closed, after whatever else it tells."""
    with suppress(ConnectionClosed):
        while True:
            opened.recv(timeout=PATIENCE)
    return opened.close_code


def refusal(opening: AbstractContextManager[ClientConnection]) -> int | None:
    """The code with which a socket is closed that tells nothing."""
    with opening as opened:
        return ending(opened)


# ---- a render


def test_a_render_tells_its_state_its_progress_and_its_end(site):
    # The estimate of this machine: a worker on another one would make its own.
    render = Render.claim(make_render(estimated_seconds=10.0, host=socket.gethostname()[:64]).pk)
    with site.open(f"/ws/v1/renders/{render.pk}/", signed_in("view_render")) as opened:
        first = hear(opened)
        assert (first["type"], first["id"], first["status"], first["progress"]) == ("render", render.pk, "running", 0)
        render_worker.ProgressReporter(render).report("filming", 0.5)
        then = hear(opened)
        assert (then["stage"], then["progress"], then["seconds_left"]) == ("filming", 54, 5)
        with transaction.atomic():
            render.settle(Render.Status.DONE, progress=100, video="renders/ab/video.mp4")
            render_worker.render_finished.send(Render, render=render)
        last = hear(opened)
        assert (last["status"], last["is_final"], last["seconds_left"]) == ("done", True, 0)
        assert (last["video_url"], last["poster_url"]) == (f"/api/v1/renders/{render.pk}/video/", None)
        assert ending(opened) == 1000


def test_a_hint_arrives_much_sooner_than_the_next_look(site, monkeypatch):
    monkeypatch.setattr(consumers, "POLL_SECONDS", 3600)
    render = make_render()
    with site.open(f"/ws/v1/renders/{render.pk}/", signed_in("view_render")) as opened:
        assert hear(opened)["status"] == "queued"
        services.cancel_render(render)
        assert hear(opened)["status"] == "cancelled"
        assert ending(opened) == 1000


def test_a_lost_hint_only_delays(site, monkeypatch):
    monkeypatch.setattr(consumers, "POLL_SECONDS", 0.1)
    render = make_render()
    with site.open(f"/ws/v1/renders/{render.pk}/", signed_in("view_render")) as opened:
        assert hear(opened)["status"] == "queued"
        Render.objects.update(status="failed", hint="Free some disk.")  # without a signal
        assert hear(opened)["hint"] == "Free some disk."
        assert ending(opened) == 1000


def test_an_ended_render_is_told_and_closed_at_once(site):
    render = make_render(status="failed", reason="disk_full")
    with site.open(f"/ws/v1/renders/{render.pk}/", signed_in("view_render")) as opened:
        assert hear(opened)["reason"] == "disk_full"
        assert ending(opened) == 1000


def test_news_of_another_render_is_not_told(site, monkeypatch):
    monkeypatch.setattr(consumers, "POLL_SECONDS", 3600)
    mine, other = make_render(), make_render()
    with site.open(f"/ws/v1/renders/{mine.pk}/", signed_in("view_render")) as opened:
        hear(opened)
        services.cancel_render(other)
        services.cancel_render(mine)
        assert hear(opened)["id"] == mine.pk
        assert ending(opened) == 1000


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


def test_what_a_client_says_changes_nothing(site):
    render = make_render()
    with site.open(f"/ws/v1/renders/{render.pk}/", signed_in("view_render")) as opened:
        hear(opened)
        opened.send("no JSON {")
        opened.send(b"\x00")
        services.cancel_render(render)
        assert hear(opened)["status"] == "cancelled"


def test_a_client_that_leaves_is_not_a_missing_broker(site, caplog):
    path, client = f"/ws/v1/renders/{make_render().pk}/", signed_in("view_render")
    for _ in range(5):
        gone = socket.create_connection(("127.0.0.1", site.port))
        lines = [
            *(f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{site.port}", "Connection: Upgrade", "Upgrade: websocket"),
            *("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="),
            f"Cookie: sessionid={client.cookies['sessionid'].value}",
        ]
        gone.sendall("\r\n".join([*lines, "", ""]).encode())
        gone.close()
    with site.open(path, client) as opened:
        hear(opened)
    assert "finds no broker" not in caplog.text


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


# ---- the admin's home


def test_the_home_is_told_only_of_what_it_may_see(site):
    render, outbound = make_render(), make_outbound()
    with site.open("/ws/v1/home/", signed_in("view_outbound")) as opened:
        assert hear(opened) == {"type": "ready"}
        services.cancel_render(render)
        live_updates.publish_change("messages", "said", id=1)
        claimed = type(outbound).claim(outbound.pk)
        claimed.fail_exhausted()
        assert hear(opened) == {"type": "changed", "what": "outbounds"}


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


# ---- a broker that is away


@pytest.fixture
def no_broker(settings) -> None:
    settings.CHANNEL_LAYERS = base.channel_layers("redis+socket:///nowhere/valkey.sock")


def test_work_goes_on_without_a_broker(no_broker):
    render = Render.claim(make_render().pk)
    reporter = render_worker.ProgressReporter(render)
    reporter.report("speaking", 0.5)
    assert not reporter.unwanted
    assert services.cancel_render(render)
    assert Render.objects.get().status == "cancelled"


def test_a_page_is_refused_at_once_without_a_broker(site, no_broker):
    with pytest.raises(InvalidStatus), site.open("/ws/v1/home/", signed_in("view_render")):
        pass


def test_the_thread_that_tells_outlives_a_broker_that_was_away(site, settings):
    working = settings.CHANNEL_LAYERS
    settings.CHANNEL_LAYERS = base.channel_layers("redis+socket:///nowhere/valkey.sock")
    services.cancel_render(make_render())
    settings.CHANNEL_LAYERS = working
    with site.open("/ws/v1/home/", signed_in("view_render")) as opened:
        assert hear(opened) == {"type": "ready"}
        services.cancel_render(make_render())
        assert hear(opened) == {"type": "changed", "what": "renders"}


def test_nothing_is_told_of_what_was_rolled_back(site):
    with site.open("/ws/v1/home/", signed_in("view_render", "view_message")) as opened:
        hear(opened)
        with transaction.atomic():
            live_updates.publish_change("renders", "progress", id=1)
            transaction.set_rollback(True)
        live_updates.publish_change("messages", "said", id=1)
        assert hear(opened) == {"type": "changed", "what": "messages"}


# ---- settings


@pytest.mark.parametrize(
    ("broker", "address"),
    [
        ("redis+socket:///var/v.sock", "unix:///var/v.sock"),
        ("redis+socket:///var/v.sock?virtual_host=2", "unix:///var/v.sock?db=2"),
        ("rediss://host:6380/1", "rediss://host:6380/1"),
    ],
)
def test_the_brokers_server_carries_the_hints(broker, address):
    assert base.channel_layers(broker)["default"]["CONFIG"]["hosts"][0]["address"] == address


def test_a_broker_that_cannot_carry_them_is_refused_in_words():
    with pytest.raises(base.ImproperlyConfigured, match="CHANNEL_URL must name a Redis"):
        base.channel_layers("amqp://host")
