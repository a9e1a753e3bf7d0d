"""Every encode and decode: ffmpeg-python's graphs, run with the pinned wheel's binary as a process of its own."""

from avatars.media.ffmpeg.decoder import frames, frames_and_piece, poster, raw, samples, sheet, sound_blocks
from avatars.media.ffmpeg.encoder import (
    KEYFRAME_SECONDS,
    STEADY_FPS,
    TAG_BYTES,
    FrameSink,
    Shape,
    Stamp,
    convert,
    fits,
    remux,
    shrink,
    too_long,
)
from avatars.media.ffmpeg.fragment_sink import FragmentSink
from avatars.media.ffmpeg.processes import FULL, Watch, disk_full, run, source, threads
from avatars.media.ffmpeg.splice_sink import SpliceSink

__all__ = [
    "FULL",
    "KEYFRAME_SECONDS",
    "STEADY_FPS",
    "TAG_BYTES",
    "FragmentSink",
    "FrameSink",
    "Shape",
    "SpliceSink",
    "Stamp",
    "Watch",
    "convert",
    "disk_full",
    "fits",
    "frames",
    "frames_and_piece",
    "poster",
    "raw",
    "remux",
    "run",
    "samples",
    "sheet",
    "shrink",
    "sound_blocks",
    "source",
    "threads",
    "too_long",
]
