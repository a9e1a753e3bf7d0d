"""What is shown of a render while it is made: on the row, in the storage, and gone when it may not be shown."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone, translation

from avatars import services
from avatars.ai_label import fragment_label, image_label
from avatars.doctor import ShownStreams
from avatars.exceptions import AvatarError, ConsentError
from avatars.media import fragmented_mp4
from avatars.models import STREAMS, Consent, Render
from avatars.rendering import live_stream
from tests.avatars.support.child_processes import wait_until
from tests.avatars.support.rendering import (
    LONG,
    after,
    die_at,
    expire,
    make_human,
    make_old,
    request,
    video_of,
    working,
)
from tests.support import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_engines", "work_dir")]


def now(render):
    return Render.objects.get(pk=render.pk)


def parts_of(render):
    """Every part that is shown, the beginning first."""
    stream = services.shown_stream(now(render))
    return [services.stream_part(now(render), stream.name, number) for number in range(len(stream.seconds) + 1)]


def shows(render, count=2):
    stream = services.shown_stream(now(render))
    return stream is not None and len(stream.seconds) >= count


def hashes_of(parts):
    hashes = fragmented_mp4.SampleHashes()
    for part in parts[1:]:
        hashes.add(part)
    return hashes.digests()


def test_parts_are_shown_while_the_rest_is_drawn():
    render = request("字" * 150)  # half a minute: some parts are left to draw when two are there
    with working():
        wait_until(lambda: shows(render))
        early = parts_of(render)
        assert now(render).status == "running"
        wait_until(lambda: shows(render, len(early) + 1))
        late = parts_of(render)  # of a second viewer, who comes later
    assert late[: len(early)] == early
    assert all(fragment_label.fault(part, render.content_id) == "" for part in late[1:])
    finished = now(render)
    stream = services.shown_stream(finished)
    assert stream.ended
    assert sum(stream.seconds) == pytest.approx(finished.seconds)
    assert parts_of(render)[: len(late)] == late
    assert hashes_of(parts_of(render)) == fragmented_mp4.sample_hashes(video_of(finished))


def test_a_playlist_names_each_part_and_ends_with_the_video():
    render = after(request())
    stream = services.shown_stream(render)
    lines = services.stream_playlist(render, stream.name).splitlines()
    assert lines[0] == "#EXTM3U"
    assert '#EXT-X-MAP:URI="0"' in lines
    assert [line for line in lines if line.isdecimal()] == [str(n + 1) for n in range(len(stream.seconds))]
    assert lines[-1] == "#EXT-X-ENDLIST"
    Render.objects.filter(pk=render.pk).update(stream_index={**render.stream_index, "state": "open"})
    assert "#EXT-X-ENDLIST" not in services.stream_playlist(now(render), stream.name)


def test_there_is_nothing_beside_the_parts():
    render = after(request())
    name = services.shown_stream(render).name
    for other, number in (("0" * 32, 1), (name, 99), (name, -1)):
        with pytest.raises(AvatarError):
            services.stream_part(render, other, number)
    with pytest.raises(AvatarError):
        services.stream_playlist(render, "0" * 32)


def test_a_poster_comes_before_the_first_frame_and_captions_with_parts(tmp_path):
    seen = []

    def look(stream, part):
        add(stream, part)
        shown = services.shown_stream(now(render))
        seen.append((shown.codecs, services.stream_poster(now(render), shown.name)))

    render = request()
    add = live_stream.LiveStream.add
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(live_stream.LiveStream, "add", look)
        after(render)
    codecs, poster = seen[0]
    assert codecs == ""
    assert seen[1][0]
    (tmp_path / "poster.jpg").write_bytes(poster)
    image_label.verify(tmp_path / "poster.jpg", render.content_id)
    stream = services.shown_stream(now(render))
    words = [services.stream_captions(now(render), stream.name, n + 1) for n in range(len(stream.seconds))]
    assert all(each.startswith("WEBVTT\n") for each in words)
    assert sum(each.count("你好，世界。") for each in words) == 1


def test_there_are_captions_of_parts_only():
    render = after(request())
    name = services.shown_stream(render).name
    for number in (0, -1, 99):
        with pytest.raises(AvatarError):
            services.stream_captions(render, name, number)


def test_a_render_that_fails_before_its_first_frame_keeps_no_poster():
    render = after(request(engine="failed"))
    assert (render.status, render.stream) == ("failed", "")
    assert default_storage.listdir(STREAMS)[0] == []


@pytest.mark.databases
def test_a_withdrawn_consent_stops_the_stream_at_once():
    human = make_human(origin="photograph")
    consent = factories.make_consent(human)
    render = services.request_render(human, LONG)
    with working():
        wait_until(lambda: shows(render))
        name = services.shown_stream(now(render)).name
        services.withdraw_consent(consent, by="boss")
        with pytest.raises(ConsentError):
            services.shown_stream(now(render))
        with pytest.raises(ConsentError):
            services.stream_part(now(render), name, 1)
        with pytest.raises(ConsentError):
            services.stream_playlist(now(render), name)
    assert not default_storage.exists(f"{STREAMS}/{name}")
    assert now(render).stream == ""


def test_a_consent_that_expires_while_watching_stops_the_stream():
    human = make_human(origin="photograph")
    consent = factories.make_consent(human)
    render = after(services.request_render(human, "你好。"))
    assert shows(render, 1)
    yesterday = timezone.localdate() - timedelta(days=1)
    Consent.objects.filter(pk=consent.pk).update(valid_from=yesterday, valid_until=yesterday)
    with pytest.raises(ConsentError):
        services.shown_stream(now(render))


def test_a_cancelled_render_leaves_no_stream():
    render = request(LONG)
    with working():
        wait_until(lambda: shows(render))
        folder = now(render).stream
        services.cancel_render(now(render))
        assert services.shown_stream(now(render)) is None
    assert not default_storage.exists(folder)


@pytest.mark.slow
def test_after_a_death_the_stream_goes_on_and_begins_again(tmp_path):
    render = request("你好，世界。")
    assert die_at("render.filmed", tmp_path) == 137
    expire(render)
    left = now(render)
    assert shows(render)  # what was shown is still there
    before = left.stream
    Render.objects.filter(pk=render.pk).update(status="queued")
    with translation.override("en"):
        assert services.progress_words(now(render)).startswith("The video is being made again.")
    finished = after(render)
    assert finished.status == "done"
    assert finished.stream != before
    assert not default_storage.exists(before)
    assert hashes_of(parts_of(render)) == fragmented_mp4.sample_hashes(video_of(finished))


def test_a_finished_video_that_differs_from_what_was_shown_is_told(caplog, monkeypatch):
    render = request()

    def spoil(stream, part):
        add(stream, part)
        if part.number == 1:
            name = live_stream.part_name(stream.folder, 1)
            data = default_storage.open(name).read()
            default_storage.delete(name)
            default_storage.save(name, ContentFile(data[:-1] + bytes([data[-1] ^ 1])))

    add = live_stream.LiveStream.add
    monkeypatch.setattr(live_stream.LiveStream, "add", spoil)
    with caplog.at_level(logging.ERROR):
        finished = after(render)
    assert (finished.status, finished.notes, finished.stream) == ("done", ["stream_differs"], "")
    assert "A finished video differs from what was shown." in caplog.messages
    assert services.shown_stream(finished) is None
    assert default_storage.listdir(STREAMS)[0] == []
    assert ShownStreams().run().code == "stream_differs"


def test_streams_are_deleted_when_nobody_watches_them_any_more():
    render = after(request())
    folder = render.stream
    services.clean_up(now=timezone.now() + live_stream.KEPT / 2)
    assert default_storage.exists(folder)
    services.clean_up(now=timezone.now() + live_stream.KEPT * 2)
    assert not default_storage.exists(folder)
    assert services.shown_stream(now(render)) is None
    assert now(render).status == "done"


def test_a_folder_that_no_render_knows_is_deleted_after_a_day():
    left = f"{STREAMS}/{'a' * 32}"
    default_storage.save(live_stream.part_name(left, 0), ContentFile(b"left"))
    make_old(Path(default_storage.path(left)))
    services.clean_up()
    assert default_storage.exists(left)
    services.clean_up(now=timezone.now() + timedelta(days=2))
    assert not default_storage.exists(left)
