"""Every file that leaves the installation carries both parts of the AI label."""

import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from avatars import services
from avatars.ai_label import audio_label, fragment_label, image_label, video_label
from avatars.engines.command import Command
from avatars.exceptions import OutputError
from avatars.models import Render, Rendition
from avatars.pipeline import script_to_video
from avatars.rendering import compression
from conversations import services as conversations
from conversations.models import Conversation, Message
from tests.avatars.support import example_renderer, videos
from tests.avatars.support.fake_engines import Light, Tone
from tests.avatars.support.rendering import after, make_human, promise, request, video_of
from tests.avatars.support.specs import make_spec
from tests.avatars.support.studio_settings import RENDER_ENGINES
from tests.support import factories
from tests.support.paths import PHOTOGRAPH

pytestmark = [  # claims on each database: rendering/test_render_worker.py, tests/core/work
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("small_engines", "work_dir"),
]


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def check(data: bytes, content_id: str, folder: Path, name: str) -> None:
    """The file alone carries all of the label that its format can."""
    path = folder / name
    path.write_bytes(data)
    proof = {".jpg": image_label, ".m4a": audio_label, ".mp4": video_label}[path.suffix].examine(path, content_id)
    assert proof.faults == ()
    assert proof.origin is not None
    assert proof.origin.provider == "OpenUser"


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_superuser("boss"))
    return client


def test_the_parts_of_a_video_that_is_being_made(staff, client):
    render = after(request())
    address = reverse("admin:avatars_render_state", args=[render.pk])
    stream = staff.get(address).json()["stream"]
    for number in range(1, stream["parts"] + 1):
        assert fragment_label.fault(staff.get(f"{stream['base']}{number}").content, render.content_id) == ""
    assert staff.get(f"{stream['base']}playlist.m3u8").content.startswith(b"#EXTM3U")
    services.withdraw_statements(render.digital_human, by="boss")
    for what in ("0", "1", "playlist.m3u8"):
        assert staff.get(f"{stream['base']}{what}").status_code == 404
    assert staff.get(address).json()["stream"] is None
    client.force_login(User.objects.create_user("clerk", is_staff=True))
    assert client.get(f"{stream['base']}1").status_code == 403


def test_code_that_makes_a_video(tmp_path):
    made = script_to_video.make(make_spec(provider="OpenUser"), tmp_path, speech=Tone(), engine=Light())
    check(made.video.read_bytes(), "c0ffee", tmp_path, "a.mp4")
    check(made.poster.read_bytes(), "c0ffee", tmp_path, "a.jpg")


def test_the_command_line(tmp_path):
    options = {"speech_engine": "tone", "render_engine": "light", "longest": 240, "portrait": PHOTOGRAPH}
    call_command("speak", "你好", str(tmp_path / "a.mp4"), **options)
    check((tmp_path / "a.mp4").read_bytes(), "", tmp_path, "b.mp4")


def test_what_the_engine_of_somebody_else_gives(tmp_path):
    program = example_renderer.__file__
    theirs = Command(
        command=[sys.executable, program, "--ffmpeg", imageio_ffmpeg.get_ffmpeg_exe()],
        time_limit=60,
    )
    made = script_to_video.make(make_spec(provider="OpenUser"), tmp_path, speech=Tone(), engine=theirs)
    check(made.video.read_bytes(), "c0ffee", tmp_path, "a.mp4")


def test_what_a_worker_stores(tmp_path):
    render = after(request())
    check(video_of(render).read_bytes(), render.content_id, tmp_path, "a.mp4")
    check(Path(default_storage.path(render.poster.name)).read_bytes(), render.content_id, tmp_path, "a.jpg")


def test_what_stands_in_for_an_engine_that_fails(tmp_path, settings):
    settings.RENDER_FALLBACK = "light"
    render = after(request(engine="failed"))
    assert render.notes
    check(video_of(render).read_bytes(), render.content_id, tmp_path, "a.mp4")


def test_what_an_engine_is_tried_with(tmp_path, settings):
    make_human()
    settings.RENDER_ENGINES = RENDER_ENGINES
    render = after(services.try_engine("render", "light", "你好"))
    check(video_of(render).read_bytes(), render.content_id, tmp_path, "a.mp4")


def test_what_programs_download(tmp_path):
    render = after(request())
    api = factories.make_api("renders:read")
    for field, name in (("video", "a.mp4"), ("poster", "a.jpg")):
        answer = api.get(reverse(f"render-{field}", args=[render.pk]))
        check(body(answer), render.content_id, tmp_path, name)


def test_what_the_admin_tries_out_shows_and_lets_one_download(staff, tmp_path):
    human = make_human()
    staff.post(
        reverse("admin:avatars_digitalhuman_sample", args=[human.pk]), {"_form_submitted": "True", "text": "你好"}
    )
    render = after(Render.objects.get())
    assert render.status == "done"
    page = staff.get(reverse("admin:avatars_render_change", args=[render.pk])).content.decode()
    for file, name in ((render.video, "a.mp4"), (render.poster, "a.jpg")):
        assert file.url in page
        check(body(staff.get(file.url)), render.content_id, tmp_path, name)
    sheet = staff.get(reverse("admin:avatars_render_sheet", args=[render.pk]))
    check(sheet.content, render.content_id, tmp_path, "sheet.jpg")


def test_how_a_voice_sounds_in_the_admin_and_to_programs(staff, tmp_path, settings):
    settings.AVATARS = {**settings.AVATARS, "CACHE_DIR": tmp_path / "cache"}
    voice = factories.make_voice(engine="tone", key="a")
    check(staff.get(reverse("admin:avatars_voice_audition", args=[voice.pk])).content, "", tmp_path, "a.m4a")
    api = factories.make_api("digital_humans:read")
    check(api.get(reverse("voice-audition", args=[voice.pk])).content, "", tmp_path, "b.m4a")


def test_a_smaller_video(large_video, tmp_path):
    render = factories.make_render(status="done", content_id="c" * 32)
    render.video.save("video.mp4", ContentFile(large_video), save=True)
    small = services.request_rendition(render, limit=150_000)
    compression.compress(small.pk)
    small.refresh_from_db()
    assert small.status == "done"
    check(small.video.read(), render.content_id, tmp_path, "a.mp4")


@pytest.mark.thorough  # as rendering/test_compression.py
def test_our_own_video_that_comes_back_and_is_compressed(large_video, tmp_path):
    name = default_storage.save("inbound/theirs.mp4", ContentFile(large_video))
    small = services.request_file_rendition(name, sha256="5" * 64, limit=150_000)
    compression.compress(small.pk)
    check(Rendition.objects.get().video.read(), "c" * 32, tmp_path, "a.mp4")


def test_what_is_uploaded_to_a_chat(tmp_path):
    message = promise("你好。")
    render = after(message.render)
    message.refresh_from_db()
    assert message.outbound.msgtype == "video"
    sent = Path(default_storage.path(message.outbound.upload.path))
    check(sent.read_bytes(), render.content_id, tmp_path, "a.mp4")


# ---- and nothing that lacks it


def remuxed(data: bytes, folder: Path) -> bytes:
    """The file after a tool that drops metadata."""
    (folder / "in.mp4").write_bytes(data)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", str(folder / "in.mp4"), "-c", "copy"]
    subprocess.run([*command, str(folder / "out.mp4")], check=True)
    return (folder / "out.mp4").read_bytes()


@pytest.mark.parametrize("harm", ["remuxed", "of other content", "changed"])
def test_a_stored_video_that_lost_its_label_is_sent_to_nobody(harm, tmp_path):
    first = promise("你好。")
    render = after(first.render)
    data = video_of(render).read_bytes()
    harmed = {
        "remuxed": lambda: remuxed(data, tmp_path),
        "of other content": lambda: videos.labelled("other"),
        "changed": lambda: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
    }[harm]()
    video_of(render).write_bytes(harmed)
    with transaction.atomic():
        person = Conversation.objects.locked(first.application, first.member)
        message = conversations.say_video(person, "你好。", cid="c2d")
    assert message.render == render
    message.refresh_from_db()
    assert (message.outbound.msgtype, message.degraded) == ("text", True)
    assert message.state == Message.State.SENDING


def test_a_video_that_lost_its_label_is_not_stored(tmp_path):
    made = script_to_video.make(make_spec(provider="OpenUser"), tmp_path, speech=Tone(), engine=Light())
    video, poster = made.video.read_bytes(), made.poster.read_bytes()
    script_to_video.verify(made, "c0ffee")
    made.video.write_bytes(remuxed(video, tmp_path))
    assert refusal(made) == "unlabelled"
    made.video.write_bytes(video)
    script_to_video.verify(made, "c0ffee")
    image_label.write(made.poster, video_label.Origin(provider="OpenUser", content_id="other"))
    assert made.poster.read_bytes() != poster
    assert refusal(made) == "unlabelled"


def refusal(made) -> str:
    with pytest.raises(OutputError) as caught:
        script_to_video.verify(made, "c0ffee")
    return caught.value.code
