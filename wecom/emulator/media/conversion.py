"""Conversion of sound files by ffmpeg."""

import asyncio
import tempfile
from pathlib import Path

import imageio_ffmpeg

LONGEST = "60"  # seconds; the phone stops recording there


async def amr_of(data: bytes) -> bytes | None:
    """Any sound file as AMR, as the platform delivers it; None where ffmpeg does not understand it."""
    with tempfile.TemporaryDirectory(prefix="ou-voice-") as folder:
        source, target = Path(folder) / "source", Path(folder) / "voice.amr"
        source.write_bytes(data)
        narrow_band = ["-vn", "-ac", "1", "-ar", "8000", "-b:a", "12.2k", "-t", LONGEST, "-f", "amr"]
        return target.read_bytes() if await convert(source, target, *narrow_band) else None


async def convert(source: Path, target: Path, *options: str) -> bool:
    """Whether ffmpeg could convert the file; if not, there is no target."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-i", str(source), *options, str(target)]
    devnull = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdin=devnull, stdout=devnull, stderr=devnull)
    if await process.wait():
        target.unlink(missing_ok=True)
        return False
    return True
