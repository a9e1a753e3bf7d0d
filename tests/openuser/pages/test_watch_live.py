"""The watch page of a video that is being made."""

from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from avatars import services as avatars
from avatars.models import Render
from conversations import services
from conversations.models import WatchLink
from core.web import signed_links
from tests.openuser.pages.test_watch_page import WORDS, sign_in, watch
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)


STREAM = "a" * 32


@pytest.fixture
def unfinished(application, person, tmp_path) -> WatchLink:
    """A video of which a beginning and two fragments are there."""
    folder = tmp_path / "streams" / STREAM
    folder.mkdir(parents=True)
    for number in range(3):
        (folder / f"{number:05}.m4s").write_bytes(b"part %d" % number)
    (folder / "poster.jpg").write_bytes(b"poster")
    (folder / "00002.vtt").write_text("WEBVTT\n\n00:00:00.500 --> 00:00:01.000\n政策\n", encoding="utf-8")
    index = {"codecs": "avc1.64001e, mp4a.40.2", "seconds": [0.4, 0.6], "state": "open", "poster": "poster.jpg"}
    render = factories.make_render(
        text=WORDS, status="running", attempts=1, stream=f"streams/{STREAM}", stream_index=index, progress=40
    )
    services.watch_url(application, factories.make_member(application, person.user_id), render)
    return WatchLink.objects.get()


def ask(client, link, what="state"):
    return client.get(f"/watch/{link.name}/{what}")


@pytest.mark.parametrize(("style", "mode"), [("off", "showing"), ("karaoke", "hidden")])
def test_captions_in_the_picture_are_not_shown_twice(client, unfinished, person, style, mode):
    scenes = [{"translation": "Policy."}]
    Render.objects.update(recipe={"scene": {"captions": style}, "deck": {"scenes": scenes}})
    sign_in(client, unfinished, person.user_id)
    stream = ask(client, unfinished).json()["stream"]
    assert (stream["captions"], stream["translated"]) == (mode, True)


def test_a_video_is_watched_while_it_is_made(client, unfinished, person):
    sign_in(client, unfinished, person.user_id)
    page = watch(client, unfinished)
    text = page.content.decode()
    assert "stream_player.js" in text
    assert '<noscript><meta http-equiv="refresh"' in text
    assert "?download=1" not in text
    assert "media-src 'self' blob:" in page["Content-Security-Policy"]
    state = ask(client, unfinished)
    assert state["Cache-Control"] == "no-store"
    found = state.json()
    assert (found["ended"], found["progress"]) == (False, 40)
    base = f"/watch/{unfinished.name}/{STREAM}/"
    about = {"base": base, "codecs": "avc1.64001e, mp4a.40.2", "parts": 2, "ended": False, "captions": "showing"}
    assert found["stream"] == about | {"translated": False}
    for number in range(3):
        part = client.get(f"{base}{number}")
        assert (part.content, part["Content-Type"]) == (b"part %d" % number, "video/mp4")
        assert part["Cache-Control"] == "no-store"
    assert client.get(f"{base}3").status_code == 404
    assert client.get(f"{base}playlist.m3u8").content.startswith(b"#EXTM3U")
    assert found["poster"] == f"{base}poster"
    assert client.get(found["poster"]).content == b"poster"
    assert client.get(f"{base}1.vtt").content == b"WEBVTT\n"
    assert "政策" in client.get(f"{base}2.vtt").content.decode()
    assert client.get(f"{base}3.vtt").status_code == 404


def test_the_digital_human_listens_until_its_video_begins(client, unfinished, person, tmp_path):
    sign_in(client, unfinished, person.user_id)
    assert "data-idle" not in watch(client, unfinished).content.decode()
    assert ask(client, unfinished, "idle").status_code == 404
    idle = avatars.request_idle_video(unfinished.render.digital_human)
    (tmp_path / "renders").mkdir(exist_ok=True)
    (tmp_path / "renders" / "idle.mp4").write_bytes(b"idle")
    Render.objects.filter(pk=idle.pk).update(status="done", video="renders/idle.mp4")
    page = watch(client, unfinished).content.decode()
    shown = page.partition("data-idle")[2].partition(">")[0]
    assert all(word in shown for word in ("muted", "loop", "playsinline", f"/watch/{unfinished.name}/idle"))
    assert b"".join(ask(client, unfinished, "idle").streaming_content) == b"idle"
    unfinished.render.digital_human.statements.update(withdrawn_at=timezone.now())
    assert ask(client, unfinished, "idle").status_code in {403, 404}


def test_until_there_is_a_frame_there_is_a_poster_only(client, unfinished, person):
    sign_in(client, unfinished, person.user_id)
    render = unfinished.render
    index = {"codecs": "", "seconds": [], "state": "open", "poster": "poster.jpg"}
    type(render).objects.filter(pk=render.pk).update(stream_index=index)
    found = ask(client, unfinished).json()
    assert found["stream"] is None
    assert client.get(found["poster"]).content == b"poster"
    for what in ("0", "1", "1.vtt", "playlist.m3u8"):
        assert ask(client, unfinished, f"{STREAM}/{what}").status_code == 404


def test_a_render_without_a_stream_says_how_far_it_is(client, unfinished):
    client.force_login(User.objects.create_superuser("boss"))
    unfinished.render.stream_index = {}
    unfinished.render.stream = ""
    unfinished.render.save()
    found = ask(client, unfinished).json()
    assert found["stream"] is None
    assert found["words"]


PARTS = [f"{STREAM}/{what}" for what in ("0", "1", "2.vtt", "poster", "playlist.m3u8")]


@pytest.mark.parametrize("what", ["state", *PARTS])
def test_nobody_else_gets_any_part(client, unfinished, emulator, what):
    assert ask(client, unfinished, what).status_code == 403
    sign_in(client, unfinished, emulator.hire().user_id)
    assert ask(client, unfinished, what).status_code == 403
    client.force_login(User.objects.create_user("clerk", is_staff=True))
    client.cookies.pop("openuser_member")
    assert ask(client, unfinished, what).status_code == 403


@pytest.mark.parametrize("what", ["", "state", *PARTS])
@pytest.mark.parametrize("lost", ["statement", "cancelled", "failed"])
def test_what_may_not_be_shown_stops_at_once(client, unfinished, person, what, lost):
    sign_in(client, unfinished, person.user_id)
    assert ask(client, unfinished, what).status_code == 200
    render = unfinished.render
    if lost == "statement":
        avatars.withdraw_statements(render.digital_human, by="boss")
    else:
        type(render).objects.filter(pk=render.pk).update(status=lost)
    assert ask(client, unfinished, what).status_code == 404


def test_another_videos_link_leads_to_no_part(client, unfinished, application, person):
    sign_in(client, unfinished, person.user_id)
    other = factories.make_render(text="另一个。", status="running")
    services.watch_url(application, unfinished.member, other)
    link = WatchLink.objects.get(render=other)
    assert ask(client, link).status_code == 200
    assert ask(client, link, f"{STREAM}/1").status_code == 404


def test_no_address_of_media_files_leads_to_a_part(client, unfinished):
    client.force_login(User.objects.create_superuser("boss"))
    name = f"streams/{STREAM}/00001.m4s"
    signed = urlsplit(signed_links.signed_url(name))
    for address in (f"/media/{name}", f"{signed.path}?{signed.query}", f"/media/{name}/listen", f"/media/x/../{name}"):
        assert client.get(address).status_code == 404


def test_a_finished_video_that_was_not_what_was_shown_takes_its_place(client, unfinished, person):
    sign_in(client, unfinished, person.user_id)
    render = unfinished.render
    index = {**render.stream_index, "state": "differs"}
    type(render).objects.filter(pk=render.pk).update(status="done", video="renders/a.mp4", stream_index=index)
    found = ask(client, unfinished).json()
    assert (found["ended"], found["stream"]) == (True, None)
    assert ask(client, unfinished, f"{STREAM}/1").status_code == 404
