"""Media files that stand for those of a recording, which holds none."""

import subprocess

import imageio_ffmpeg

from wecom.emulator.conf import options
from wecom.emulator.gateway.endpoint_registry import Upload
from wecom.emulator.media.formats import AMR, blank_png
from wecom.emulator.media.storage import store_media
from wecom.emulator.models import Corp, Media

SILENT_FRAME = b"\x7c"  # 20 ms of AMR
FRAMES_PER_SECOND = 50
GREY_VIDEO = ("-f", "lavfi", "-i", "color=gray:size=160x120:rate=10:duration=1", "-pix_fmt", "yuv420p")


def store_image(corp: Corp) -> Media:
    """A picture of one pixel."""
    return store_media(corp, "image", Upload(filename="picture.png", data=blank_png()))


def store_voice(corp: Corp, *, seconds: float) -> Media:
    """Silence."""
    data = AMR + SILENT_FRAME * round(seconds * FRAMES_PER_SECOND)
    return store_media(corp, "voice", Upload(filename="v.amr", data=data))


def store_video(corp: Corp) -> Media:
    """A grey second, rendered once."""
    path = options().media_dir / "grey.mp4"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *GREY_VIDEO, str(path)]
        subprocess.run(command, check=True)
    return store_media(corp, "video", Upload(filename="video.mp4", data=path.read_bytes()))
