"""What is kept of an uploaded portrait video, and what is refused."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

from avatars.engines.portrait_video import FPS, KEYFRAME
from avatars.exceptions import PortraitError
from avatars.media import mp4
from avatars.portraits import video_file
from avatars.portraits.video_file import Limits, rewritten

BRIEF = Limits(shortest=1.0, longest=4.0)


QUICK = ("-c:v", "libx264", "-preset", "ultrafast")


def made(path: Path, *options: str, seconds: float = 2.0, size: str = "640x480") -> Path:
    source = ["-f", "lavfi", "-i", f"testsrc2=s={size}:r=30:d={seconds}"]
    sound = ["-f", "lavfi", "-i", f"sine=d={seconds}"]
    options = options if "-c:v" in options else (*QUICK, *options)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *source, *sound, *options, str(path)]
    subprocess.run(command, check=True)
    return path


def refusal(path: Path, **limits: float) -> str:
    target = path.with_name("stored.mp4")
    with pytest.raises(PortraitError) as caught:
        rewritten(path, target, limits=Limits(**{"shortest": 1.0, "longest": 4.0, **limits}))
    assert not target.exists()
    return caught.value.code


@pytest.mark.parametrize("kind", [*(pytest.param(kind, marks=pytest.mark.thorough) for kind in ("mp4", "mov")), "webm"])
def test_what_is_kept_has_neither_sound_nor_metadata(tmp_path: Path, kind: str) -> None:
    codec = ["-c:v", "libvpx", "-deadline", "realtime", "-threads", "1", "-c:a", "libvorbis"] if kind == "webm" else []
    place = ["-metadata", "title=Where we live", "-metadata", "location=+31.2+121.4/"]
    video = made(tmp_path / f"video.{kind}", *codec, *place)
    stored = tmp_path / "stored.mp4"
    assert rewritten(video, stored, limits=BRIEF) == 2.0
    found = mp4.probe(stored)
    assert found.audio is None
    assert found.tags == {}
    assert b"Where we live" not in stored.read_bytes()
    assert b"+31.2" not in stored.read_bytes()
    assert found.video is not None
    assert (found.video.samples, round(found.video.fps), found.video.pixels) == (2 * FPS, FPS, "yuv420p")


def test_it_is_upright_and_at_most_1280_pixels_long(tmp_path: Path) -> None:
    lying = made(tmp_path / "lying.mp4", size="1920x1080")
    turned = tmp_path / "turned.mp4"
    turn = ["-display_rotation", "90", "-i", str(lying), "-c", "copy", str(turned)]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *turn], check=True)
    rewritten(turned, tmp_path / "stored.mp4", limits=BRIEF)
    found = mp4.probe(tmp_path / "stored.mp4").video
    assert found is not None
    assert (found.width, found.height) == (720, 1280)


def test_a_piece_of_it_is_decoded_without_the_rest(tmp_path: Path) -> None:
    rewritten(made(tmp_path / "video.mp4"), tmp_path / "stored.mp4", limits=BRIEF)
    show = ["-skip_frame", "nokey", "-i", str(tmp_path / "stored.mp4"), "-f", "rawvideo", "-pix_fmt", "gray"]
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        *show,
        "-vf",
        "scale=8:8",
        "-fps_mode",
        "passthrough",
        "-",
    ]
    keys = subprocess.run(command, check=True, capture_output=True).stdout
    assert len(keys) / 64 == -(-2 * FPS // KEYFRAME)


def test_a_video_that_is_too_short_or_too_long_is_refused(tmp_path: Path) -> None:
    video = made(tmp_path / "video.mp4")
    assert refusal(video, shortest=2.5) == "video_too_short"
    assert refusal(video, longest=1.5) == "video_too_long"


@pytest.mark.parametrize("content", [b"", b"no video", b"#EXTM3U\n#EXTINF:9,\nfile:///etc/passwd\n"])
def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes) -> None:
    video = tmp_path / "video.mp4"
    video.write_bytes(content)
    assert refusal(video) == "not_a_video"


def test_half_a_video_is_refused(tmp_path: Path) -> None:
    video = made(tmp_path / "video.mp4", "-movflags", "+faststart")
    video.write_bytes(video.read_bytes()[: video.stat().st_size // 2])
    assert refusal(video) in ("not_a_video", "video_too_short")


def test_a_file_that_is_too_large_is_not_opened(tmp_path: Path) -> None:
    video = tmp_path / "video.mp4"
    with video.open("wb") as file:
        file.truncate(video_file.MAX_BYTES + 1)
    assert refusal(video) == "video_too_large"
