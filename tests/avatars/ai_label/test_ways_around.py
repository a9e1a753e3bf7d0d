"""Ways around label and consent that were tried, each a row: what ends a consent, and a door that must then be shut."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from avatars import services
from avatars.ai_label import fragment_label
from avatars.ai_label.video_label import Origin
from avatars.exceptions import ConsentError, OutputError
from avatars.models import Consent, DigitalHuman, Render, Rendition, StreamIndex, Voice
from avatars.pipeline.stream_parts import StreamPart
from avatars.rendering.live_stream import LiveStream
from conversations import services as conversations
from conversations.models import WatchLink
from core.web import signed_links
from tests.avatars.support.rendering import make_human
from tests.support import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_engines", "work_dir")]

STREAM = "a" * 32
SECRET = b"a face that is shown"
LATER = {"If-None-Match": '"1"', "If-Modified-Since": "Thu, 01 Jan 2099 00:00:00 GMT"}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A video of a photograph and a cloned voice, both with consent, and those who watch it."""

    human: DigitalHuman
    consent: Consent
    render: Render
    link: WatchLink
    staff: Client
    api: Any


@pytest.fixture
def human():
    return make_human(origin="photograph")


def shown(human: DigitalHuman, **state: Any) -> Shown:
    consent = factories.make_consent(human)
    render = services.request_render(human, "你好，世界。", purpose="chat")
    Render.objects.filter(pk=render.pk).update(**state)
    render.refresh_from_db()
    application = factories.make_application()
    conversations.watch_url(application, factories.make_member(application), render)
    staff = Client()
    staff.force_login(User.objects.create_superuser(f"boss{secrets.token_hex(4)}"))
    link = WatchLink.objects.get(render=render)
    api = factories.make_api("renders:read")
    return Shown(human=human, consent=consent, render=render, link=link, staff=staff, api=api)


@pytest.fixture
def stream(human) -> Shown:
    """One that is being made: a beginning, two fragments, captions and a poster are there."""
    for name in ("00000.m4s", "00001.m4s", "00002.m4s", "00001.vtt", "poster.jpg"):
        default_storage.save(f"streams/{STREAM}/{name}", ContentFile(SECRET))
    index = {"codecs": "avc1.64001e, mp4a.40.2", "seconds": [0.4, 0.6], "state": "open", "poster": "poster.jpg"}
    return shown(human, status="running", attempts=1, stream=f"streams/{STREAM}", stream_index=index)


@pytest.fixture
def video(human) -> Shown:
    """One that is finished, with its files and a smaller copy."""
    for name in ("video.mp4", "poster.jpg", "captions.srt", "small.mp4"):
        default_storage.save(f"renders/{STREAM}/{name}", ContentFile(SECRET))
    files = {kind: f"renders/{STREAM}/{kind}.{end}" for kind, end in KINDS}
    found = shown(human, status="done", finished_at=timezone.now(), seconds=1.0, size=len(SECRET), **files)
    Rendition.objects.create(render=found.render, limit=1, status="done", video=f"renders/{STREAM}/small.mp4")
    return found


KINDS = (("video", "mp4"), ("poster", "jpg"), ("captions", "srt"))


def refused(answer) -> bool:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code in (403, 404, 409) and SECRET not in content


def moved(consent: Consent, *, days: int, until: int) -> None:
    """Have it begin and end so many days from now."""
    today = timezone.localdate()
    Consent.objects.filter(pk=consent.pk).update(
        valid_from=today + timedelta(days=days), valid_until=today + timedelta(days=until)
    )


ENDS = {
    "withdrawn": lambda all: services.withdraw_consent(all.consent, by="boss"),
    "withdrawn, videos kept": lambda all: services.withdraw_consent(all.consent, by="boss", videos="keep"),
    "expired": lambda all: moved(all.consent, days=-9, until=-1),
    "not yet valid": lambda all: moved(all.consent, days=1, until=9),
    "of nobody": lambda all: Render.objects.filter(pk=all.render.pk).update(consent=None),
    "voice declared cloned": lambda all: Voice.objects.get(pk=all.human.voice_id).statements.filter().delete(),
}
STREAM_DOORS = {
    "page": lambda all: all.staff.get(f"/watch/{all.link.name}/"),
    "state": lambda all: all.staff.get(f"/watch/{all.link.name}/state"),
    "beginning": lambda all: all.staff.get(f"/watch/{all.link.name}/{STREAM}/0"),
    "fragment": lambda all: all.staff.get(f"/watch/{all.link.name}/{STREAM}/1"),
    "fragment, by range": lambda all: all.staff.get(
        f"/watch/{all.link.name}/{STREAM}/2", headers={"Range": "bytes=0-3"}
    ),
    "fragment, if changed": lambda all: all.staff.get(f"/watch/{all.link.name}/{STREAM}/2", headers=LATER),
    "captions": lambda all: all.staff.get(f"/watch/{all.link.name}/{STREAM}/1.vtt"),
    "poster": lambda all: all.staff.get(f"/watch/{all.link.name}/{STREAM}/poster"),
    "playlist": lambda all: all.staff.get(f"/watch/{all.link.name}/{STREAM}/playlist.m3u8"),
    "admin's fragment": lambda all: all.staff.get(admin(all, "1")),
    "admin's captions": lambda all: all.staff.get(admin(all, "1.vtt")),
    "admin's poster": lambda all: all.staff.get(admin(all, "poster")),
    "admin's playlist": lambda all: all.staff.get(admin(all, "playlist.m3u8")),
}
VIDEO_DOORS = {
    "page": lambda all: all.staff.get(f"/watch/{all.link.name}/"),
    "video": lambda all: all.staff.get(f"/watch/{all.link.name}/video"),
    "video, by range": lambda all: all.staff.get(f"/watch/{all.link.name}/video", headers={"Range": "bytes=0-3"}),
    "video, if changed": lambda all: all.staff.get(f"/watch/{all.link.name}/video", headers=LATER),
    "download": lambda all: all.staff.get(f"/watch/{all.link.name}/video?download=1"),
    "captions": lambda all: all.staff.get(f"/watch/{all.link.name}/captions"),
    "poster": lambda all: all.staff.get(f"/watch/{all.link.name}/poster"),
    "program's video": lambda all: all.api.get(reverse("render-video", args=[all.render.pk])),
    "program's poster": lambda all: all.api.get(reverse("render-poster", args=[all.render.pk])),
    "program's captions": lambda all: all.api.get(reverse("render-captions", args=[all.render.pk])),
    "media, of staff": lambda all: all.staff.get(f"/media/renders/{STREAM}/video.mp4"),
    "media, by another path": lambda all: all.staff.get(f"/media/x/../renders/{STREAM}/video.mp4"),
    "media, a smaller copy": lambda all: all.staff.get(f"/media/renders/{STREAM}/small.mp4"),
    "signed link": lambda all: Client().get(signed(f"renders/{STREAM}/video.mp4")),
    "signed link, by range": lambda all: Client().get(
        signed(f"renders/{STREAM}/video.mp4"), headers={"Range": "bytes=0-3"}
    ),
    "signed link of the poster": lambda all: Client().get(signed(f"renders/{STREAM}/poster.jpg")),
    "glance": lambda all: all.staff.get(reverse("admin:avatars_render_glance", args=[all.render.pk])),
    "sheet": lambda all: all.staff.get(reverse("admin:avatars_render_sheet", args=[all.render.pk])),
}


def admin(all: Shown, what: str) -> str:
    return reverse("admin:avatars_render_state", args=[all.render.pk]).replace("film/", f"stream/{STREAM}/{what}")


def signed(name: str) -> str:
    parts = urlsplit(signed_links.signed_url(name))
    return f"{parts.path}?{parts.query}"


@pytest.mark.parametrize("end", ENDS)
def test_no_door_to_a_stream_stays_open(stream, end):
    opened = {name: door(stream).status_code for name, door in STREAM_DOORS.items()}
    assert set(opened.values()) <= {200, 206}
    ENDS[end](stream)
    assert [name for name, door in STREAM_DOORS.items() if not refused(door(stream))] == []


@pytest.mark.parametrize("end", ENDS)
def test_no_door_to_a_finished_video_stays_open(video, end):
    opened = {name: door(video).status_code for name, door in VIDEO_DOORS.items() if name not in ("glance", "sheet")}
    assert set(opened.values()) <= {200, 206}
    ENDS[end](video)
    assert [name for name, door in VIDEO_DOORS.items() if not refused(door(video))] == []


@pytest.mark.parametrize("status", ["cancelled", "failed", "deleted"])
def test_a_stream_ends_with_its_render(stream, status):
    rows = Render.objects.filter(pk=stream.render.pk)
    rows.delete() if status == "deleted" else rows.update(status=status)
    assert [name for name, door in STREAM_DOORS.items() if not refused(door(stream))] == []


def test_a_consent_of_one_purpose_makes_no_video_of_another(human):
    factories.make_consent(human, purposes=["chat"])
    made = services.request_render(human, "你好。", purpose="chat")
    for purpose in ("campaign", "external"):
        with pytest.raises(ConsentError) as caught:
            services.request_render(human, made.text, purpose=purpose)
        assert caught.value.code == "consent_purpose"


def test_a_consent_to_one_picture_makes_no_video_of_another(human):
    factories.make_consent(human)
    human.portrait.save("other.png", ContentFile(Path(default_storage.path(human.portrait.name)).read_bytes()))
    with pytest.raises(ConsentError) as caught:
        services.request_render(human, "你好。")
    assert caught.value.code == "consent_portrait"


def test_a_consent_to_a_face_makes_no_video_of_a_cloned_voice(human):
    factories.make_consent(human)
    human.voice.statements.all().delete()
    with pytest.raises(ConsentError) as caught:
        services.request_render(human, "你好。")
    assert caught.value.code.startswith("voice_")


def test_the_preview_of_the_admin_asks_for_the_consent_too(stream):
    services.withdraw_consent(stream.consent, by="boss")
    address = reverse("admin:avatars_digitalhuman_preview", args=[stream.human.pk])
    found = stream.staff.post(address, {"mode": "lipsync"})
    assert found.status_code in (200, 403)
    assert b"stream/" not in found.content


@pytest.mark.parametrize(
    "name",
    [
        f"streams/{STREAM}/00001.m4s",
        f"x/../streams/{STREAM}/00001.m4s",
        f"./streams/{STREAM}/poster.jpg",
        f"renders/../streams/{STREAM}/00001.vtt",
        f"streams//{STREAM}/00001.m4s",
    ],
)
def test_no_path_below_media_leads_to_a_stream(stream, name):
    for address in (f"/media/{name}", signed(name), f"/media/{name}/listen"):
        assert refused(stream.staff.get(address))


def test_a_signed_link_opens_its_own_file_only_and_not_forever(video, settings):
    mine, other = signed(f"renders/{STREAM}/video.mp4"), f"renders/{STREAM}/poster.jpg"
    assert refused(Client().get(f"/media/{other}?{urlsplit(mine).query}")) or (
        Client().get(f"/media/{other}?{urlsplit(mine).query}").status_code == 302
    )
    settings.LINK_DAYS = 0
    assert Client().get(mine).status_code == 302  # to the sign-in of staff


@pytest.mark.parametrize("door", ["state", f"{STREAM}/1", f"{STREAM}/1.vtt", f"{STREAM}/poster", "video", ""])
def test_a_forwarded_link_opens_nothing_without_its_member(stream, door):
    answer = Client().get(f"/watch/{stream.link.name}/{door}")
    assert answer.status_code in (302, 403, 404)
    assert SECRET not in answer.content


def test_staff_without_the_right_open_nothing(stream, video):
    clerk = Client()
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_voice"))
    clerk.force_login(user)
    for address in (admin(stream, "1"), admin(stream, "poster"), f"/media/renders/{STREAM}/video.mp4"):
        assert refused(clerk.get(address))


def test_one_renders_link_opens_no_part_of_another(stream, human):
    other = services.request_render(human, "另一个视频。", purpose="chat")
    conversations.watch_url(stream.link.application, stream.link.member, other)
    link = WatchLink.objects.get(render=other)
    for what in ("0", "1", "1.vtt", "poster", "playlist.m3u8"):
        assert refused(stream.staff.get(f"/watch/{link.name}/{STREAM}/{what}"))


@pytest.mark.parametrize("harm", ["bare", "another's", "changed"])
def test_a_fragment_without_its_own_label_is_not_shown(stream, tmp_path, harm):
    fragment = (16).to_bytes(4, "big") + b"mdat" + b"pictures"
    owner = "other" if harm == "another's" else stream.render.content_id
    data = fragment_label.labelled(fragment, Origin(provider="OpenUser", content_id=owner))
    (tmp_path / "part").write_bytes({"bare": fragment, "changed": data[:-1] + b"S"}.get(harm, data))
    live = LiveStream(stream.render)
    live._index = StreamIndex(codecs="avc1", seconds=(0.4, 0.6))
    with pytest.raises(OutputError) as caught:
        live.add(StreamPart(number=3, path=tmp_path / "part", seconds=1.0))
    assert caught.value.code == "unlabelled"
