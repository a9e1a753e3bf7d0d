"""Recordings: what a phone records becomes AMR, as the platform hands it on; AMR becomes WAV for browsers."""

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg

from wecom.emulator.gateway.json_views import Control, ControlError
from wecom.emulator.gateway.registry import Upload
from wecom.emulator.media import AMR, AMR_WB

LONGEST = "60"  # seconds; the phone stops recording there


async def as_recorded(control: Control) -> Control:
    """The request with its recording as AMR, whatever sound file somebody chose."""
    given = control.upload
    if control.data.get("type") != "voice" or given is None or given.data.startswith((AMR, AMR_WB)):
        return control
    with tempfile.TemporaryDirectory(prefix="ou-voice-") as folder:
        source, target = Path(folder) / "given", Path(folder) / "voice.amr"
        source.write_bytes(given.data)
        narrow = ["-vn", "-ac", "1", "-ar", "8000", "-b:a", "12.2k", "-t", LONGEST, "-f", "amr"]
        if not await convert(source, target, *narrow):
            raise ControlError("a voice message must be a sound file")
        data = target.read_bytes()
    return replace(control, uploads=(Upload(filename=f"{Path(given.filename).stem}.amr", data=data),))


async def convert(source: Path, target: Path, *options: str) -> bool:
    """Run ffmpeg over a file. False where it does not understand it; then there is no target."""
    line = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-i", str(source), *options, str(target)]
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*line, stdin=quiet, stdout=quiet, stderr=quiet)
    if await process.wait():
        target.unlink(missing_ok=True)
        return False
    return True
