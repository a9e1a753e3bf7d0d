"""Live updates by websocket: contents, and no work that depends on them."""

import socket

import pytest
from django.db import transaction
from websockets.exceptions import ConnectionClosed

from avatars import services
from avatars.models import Render
from avatars.rendering import render_worker
from core import live_updates
from openuser.live import consumers
from openuser.settings import base
from tests.openuser.support.live_site import ending, hear, signed_in
from tests.support.factories import make_outbound, make_render

pytestmark = pytest.mark.django_db(transaction=True)


# ---- a render


def test_a_render_tells_its_state_its_progress_and_its_end(site):
    # The estimate of this machine: a worker on another one would make its own.
    render = Render.claim(make_render(estimated_seconds=10.0, host=socket.gethostname()[:64]).pk)
    with site.open(f"/ws/v1/renders/{render.pk}/", signed_in("view_render")) as opened:
        first = hear(opened)
        assert (first["type"], first["id"], first["status"], first["progress"]) == ("render", render.pk, "running", 0)
        render_worker.ProgressReporter(render).report("filming", 0.5)
        then = hear(opened)
        # It is faster than the estimate, and twice as fast is the most that is believed.
        assert (then["stage"], then["progress"], then["seconds_left"]) == ("filming", 54, 2)
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


def test_a_page_is_told_at_once_that_the_broker_is_away(site, no_broker):
    with site.open("/ws/v1/home/", signed_in("view_render")) as opened, pytest.raises(ConnectionClosed) as closed:
        hear(opened)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1013


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
