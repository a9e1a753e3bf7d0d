"""Ways around label and consent that were tried, each a row: what ends a consent, and a door that must then be shut."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from avatars import services
from avatars.ai_label import fragment_label
from avatars.ai_label.video_label import Origin
from avatars.exceptions import ConsentError, OutputError
from avatars.models import Render, StreamIndex
from avatars.pipeline.stream_parts import StreamPart
from avatars.rendering.live_stream import LiveStream
from conversations import services as conversations
from conversations.models import WatchLink
from tests.avatars.support.doors import (
    ENDS,
    PARTNER_ENDS,
    SECRET,
    STREAM,
    STREAM_DOORS,
    VIDEO_DOORS,
    Shown,
    admin,
    announced_everywhere,
    become,
    erase_person,
    refused,
    shown,
    shown_render,
    signed,
    stream_state,
    video_state,
)
from tests.avatars.support.rendering import make_human
from tests.support import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_engines", "work_dir")]
# For a finished video and for a second person the same rules decide as for a stream: the suite has one of each way to
# end, in time, by word and in the row.
OF_THE_SUITE = ("withdrawn", "expired", "of nobody")
SOME_ENDS = [end if end in OF_THE_SUITE else pytest.param(end, marks=pytest.mark.thorough) for end in ENDS]


@pytest.fixture
def human():
    return make_human(origin="photograph")


@pytest.fixture
def stream(human) -> Shown:
    """One that is being made: a beginning, two fragments, captions and a poster are there."""
    return shown(human, **stream_state())


@pytest.fixture
def video(human) -> Shown:
    """One that is finished, with its files and a smaller copy."""
    return announced_everywhere(shown(human, **video_state()))


@pytest.fixture
def dialogue(human) -> Shown:
    """One that is to be made with a second photograph and its voice; its consent is that of the second person."""
    partner = make_human(origin="photograph", voice="b")
    factories.make_consent(human, person="李四")
    consent = factories.make_consent(partner)
    presentation = factories.make_presentation(human, partner=partner)
    services.add_scene(presentation, layout="dialogue", script="A：你好。\nB：你好！")
    return shown_render(partner, consent, services.request_presentation_render(presentation, purpose="chat"))


@pytest.mark.parametrize("end", ENDS)
def test_no_door_to_a_stream_stays_open(stream, end):
    opened = {name: door(stream).status_code for name, door in STREAM_DOORS.items()}
    assert set(opened.values()) <= {200, 206}
    ENDS[end](stream)
    assert [name for name, door in STREAM_DOORS.items() if not refused(door(stream))] == []


@pytest.mark.parametrize("end", SOME_ENDS)
def test_no_door_to_a_finished_video_stays_open(video, end):
    opened = {name: door(video).status_code for name, door in VIDEO_DOORS.items() if name not in ("glance", "sheet")}
    assert set(opened.values()) <= {200, 206}
    ENDS[end](video)
    assert [name for name, door in VIDEO_DOORS.items() if not refused(door(video))] == []


def test_erasing_a_person_after_consent_ended_deletes_what_shows_them(video):
    kept = [str(video.human.portrait.name), f"renders/{STREAM}/video.mp4", f"recordings/{STREAM}.mp3"]
    assert [name for name in kept if not default_storage.exists(name)] == []
    erase_person(video.consent)
    assert [name for name in kept if default_storage.exists(name)] == []


@pytest.mark.parametrize("end", SOME_ENDS)
def test_no_door_to_the_stream_of_a_dialogue_stays_open(dialogue, end):
    become(dialogue, **stream_state())
    opened = {name: door(dialogue).status_code for name, door in STREAM_DOORS.items()}
    assert set(opened.values()) <= {200, 206}
    PARTNER_ENDS[end](dialogue)
    assert [name for name, door in STREAM_DOORS.items() if not refused(door(dialogue))] == []


@pytest.mark.parametrize("end", SOME_ENDS)
def test_no_door_to_a_finished_dialogue_stays_open(dialogue, end):
    become(dialogue, **video_state())
    announced_everywhere(dialogue)
    opened = {name: door(dialogue).status_code for name, door in VIDEO_DOORS.items() if name not in ("glance", "sheet")}
    assert set(opened.values()) <= {200, 206}
    PARTNER_ENDS[end](dialogue)
    assert [name for name, door in VIDEO_DOORS.items() if not refused(door(dialogue))] == []


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
