"""Corrupt files, a full disk and a killed encoder each have their own error and leave no file behind."""

import gc
import os
import signal
import subprocess
import threading
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from avatars import validators
from avatars.ai_label import video_label
from avatars.exceptions import AvatarError, Interrupted, OutputError, ProgramMissing
from avatars.framing.scene import Logo, Scene
from avatars.media import mp4
from avatars.models import Render
from avatars.pipeline import script_to_video
from avatars.pipeline.stages import Stage
from avatars.reasons import render as reasons
from avatars.rendering import render_worker
from avatars.studio.studio import studio
from tests.avatars.media.test_ffmpeg import children_of
from tests.avatars.support.child_processes import wait_until
from tests.avatars.support.fake_engines import Light, Tone
from tests.avatars.support.rendering import LONG, after, nothing_is_left, request, stage_of, working
from tests.avatars.support.specs import make_spec
from tests.support.paths import PHOTOGRAPH


@pytest.fixture
def places(tmp_path, monkeypatch):
    """The working folder of a video, and the system's folder for temporary files."""
    (tmp_path / "video").mkdir()
    (tmp_path / "passing").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "passing"))
    yield tmp_path / "video"
    assert os.listdir(tmp_path / "video") == []
    assert os.listdir(tmp_path / "passing") == []


def failure(folder, *, engine=None, progress=None, **changes):
    """Make a video that cannot be made; what it says."""
    before = set(threading.enumerate())
    with pytest.raises(AvatarError) as caught:
        script_to_video.make(make_spec(**changes), folder, speech=Tone(), engine=engine or Light(), progress=progress)
    assert not set(threading.enumerate()) - before
    assert caught.value.message
    return caught.value


def encoders(pid):
    """The processes of ffmpeg that a process has started."""
    found = []
    for child in children_of(pid):
        with suppress(OSError):
            command = Path(f"/proc/{child}/cmdline").read_bytes()
            # Not the package that looks whether its program runs.
            if b"ffmpeg" in command and b"-version" not in command:
                found.append(int(child))
    return found


class Hunter:
    """Kills the first encoder that works in a stage."""

    def __init__(self, stage):
        self.stage, self.hunting, self.over = stage, None, threading.Event()

    def hear(self, stage, share):
        if stage is self.stage and self.hunting is None:
            self.hunting = threading.Thread(target=self.hunt)
            self.hunting.start()

    def hunt(self):
        while not self.over.is_set():
            for pid in encoders(os.getpid()):
                os.kill(pid, signal.SIGKILL)
                return

    def close(self):
        self.over.set()
        if self.hunting is not None:
            self.hunting.join()


@pytest.mark.parametrize(
    "stage",
    [
        Stage.ANIMATING,
        pytest.param(Stage.ENCODING, marks=pytest.mark.thorough),
        pytest.param(Stage.LABELLING, marks=pytest.mark.thorough),
        Stage.CHECKING,
    ],
)
def test_a_killed_encoder_is_temporary_and_leaves_nothing(places, stage):
    hunter = Hunter(stage)
    with pytest.raises(Interrupted) as caught, closing(hunter):
        script_to_video.make(make_spec(text="字" * 40), places, speech=Tone(), engine=Light(), progress=hunter.hear)
    assert caught.value.code == "encode_killed"
    assert encoders(os.getpid()) == []


@pytest.mark.parametrize("kind", ["absent", "not executable", "no program"])
def test_a_missing_ffmpeg_is_named_with_its_remedy(places, tmp_path, monkeypatch, kind):
    program = tmp_path / "ffmpeg"
    if kind != "absent":
        program.write_bytes(b"no program")
        program.chmod(0o755 if kind == "no program" else 0o644)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(program))
    error = failure(places)
    assert (type(error), error.code) == (ProgramMissing, "ffmpeg_missing")
    assert "manage.py up" in error.remedy
    assert "manage.py up" in reasons.advice(error.code)
    with pytest.raises(ValidationError, match=r"manage\.py up"):
        validators.check_intro(SimpleUploadedFile("clip.mp4", b"no clip"))


def forget_frames(error: BaseException | None) -> None:
    """Let go of what failed: the frames of its traceback refer to speech, which is in a file without a name."""
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__
    gc.collect()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a tiny disk")
@pytest.mark.parametrize(
    "kilobytes", [16, *(pytest.param(size, marks=pytest.mark.thorough) for size in (120, 400)), 700]
)
def test_a_full_disk_is_named_and_nothing_is_left(places, kilobytes, tmp_path):
    noise = np.random.default_rng(1).integers(0, 255, (480, 360, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(places)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no tiny disk may be mounted here")
    try:
        error = failure(places, portrait=tmp_path / "noise.png", text="字" * 30, longest=480)
        assert os.listdir(places) == []
        forget_frames(error)
    finally:
        subprocess.run(["umount", str(places)], check=True)
    assert error.code == "disk_full"
    assert "Free some space" in error.remedy
    assert reasons.words(error.code) != error.code


BROKEN = {
    "nonsense": b"no picture at all",
    "empty": b"",
    "cut off": PHOTOGRAPH.read_bytes()[:4000],
    "another kind": b"GIF89a" + bytes(200),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("field", ["portrait", "backdrop", "logo", "intro", "outro"])
def test_a_corrupt_file_is_named_and_nothing_is_left(places, tmp_path, data, field):
    bad = tmp_path / "bad.png"
    bad.write_bytes(data)
    given = Logo(picture=bad) if field == "logo" else bad
    changes = {"portrait": bad} if field == "portrait" else {"scene": Scene(**{field: given})}
    error = failure(places, **changes)
    # Of a portrait a kind that we do not take is told from a file that is damaged.
    portrait = "picture_format" if data.startswith(b"GIF") else "not_an_image"
    expected = {"portrait": portrait, "backdrop": "background_broken", "logo": "logo_broken"}
    assert error.code == expected.get(field, "clip_broken")
    assert error.remedy
    assert reasons.words(error.code) != error.code
    assert reasons.advice(error.code)


@pytest.mark.thorough  # test_montage.py has one that is too large
def test_a_long_video_has_no_more_bytes_than_a_chat_takes(tmp_path):
    noise = np.random.default_rng(1).integers(0, 255, (240, 180, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    script = make_spec(portrait=tmp_path / "noise.png", longest=240, limit=50_000_000, goal=400_000)
    sizes = []
    for count in (10, 60):
        video = script_to_video.make(
            replace(script, text="字" * count, content_id=f"c{count}"), tmp_path, speech=Tone(), engine=Light()
        )
        assert video.size <= 400_000
        video_label.verify(video.video, f"c{count}")
        sizes.append(video.size * 8 / video.seconds)
    assert sizes[1] < sizes[0], "the longer, the fewer bits a second"
    poor = script_to_video.make(replace(script, text="字" * 60, goal=60_000), tmp_path, speech=Tone(), engine=Light())
    assert 60_000 < poor.size < 50_000_000, "what would be too poor may have more"


def test_a_video_without_room_for_its_length_is_refused_with_advice(places):
    error = failure(places, text="字" * 100, limit=100_000)
    assert isinstance(error, OutputError)
    assert error.code == "too_long"
    assert "Split" in error.remedy


# ---- in the worker


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_engines")
def test_a_worker_retries_after_its_encoder_is_killed(work_dir):
    render = request(LONG[:80])
    render_worker.warm()
    with working():
        wait_until(lambda: stage_of(render) == Render.Stage.ANIMATING)
        wait_until(lambda: encoders(studio().pid))
        os.kill(encoders(studio().pid)[0], signal.SIGKILL)
    render.refresh_from_db()
    assert (render.status, render.reason, render.attempts) == ("queued", "encode_killed", 1)
    assert nothing_is_left(work_dir)
    assert after(render).status == "done"
    assert mp4.probe(Path(render.video.path)).video is not None
