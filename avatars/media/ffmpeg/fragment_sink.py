"""A video that can be played while it is being encoded: frames and their sound in, a fragmented MP4 out."""

import os
import subprocess
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Self

import ffmpeg as graph
import numpy as np
from numpy.typing import NDArray

from avatars.media.ffmpeg.encoder import AUDIO_BITS, FrameSink, Shape, Stamp, picture_options, pictures_in
from avatars.media.ffmpeg.processes import compiled, running
from avatars.media.fragmented_mp4 import Part, PartReader

EARLY = "0.4,1,2,4,6,8,10"
"""Seconds at which more keyframes are: a fragment is complete at the next, and the first ones are waited for."""

MOVFLAGS = "+frag_keyframe+delay_moov+default_base_moof+use_metadata_tags"
BLOCK = 64 * 1024  # bytes read at a time, a pipe's usual size
LOUDEST = 2**15 - 1  # full scale of 16-bit samples

Samples = NDArray[np.float32]
Listener = Callable[[Part], None]


def unheard(_part: Part) -> None:
    """Ignore the part."""


class FragmentSink(FrameSink):
    """As `FrameSink`, with the sound of the frames at `rate`; `part` is given each part of the video at once.

    `part` is called in a thread of its own. Its errors fail the video. `tag` becomes metadata, as "key=value".
    """

    def __init__(
        self, path: Path, shape: Shape, *, stamp: Stamp, rate: int, tag: str = "", part: Listener = unheard
    ) -> None:
        super().__init__(path, shape, stamp=stamp)
        self._part = part
        self._failure: Exception | None = None
        self._sounds: SimpleQueue[Samples | None] = SimpleQueue()
        self._ear, self._mouth = os.pipe()
        self._command = _command(shape, self._ear, rate, tag)

    def hear(self, sound: Samples) -> None:
        """The next samples, mono in -1..1; they may come before or after their frames."""
        self._sounds.put(sound)

    def _running(self) -> AbstractContextManager[tuple[subprocess.Popen[bytes], IO[bytes]]]:
        return running(self._command, stdin=subprocess.PIPE, pass_fds=(self._ear,))

    def __enter__(self) -> Self:
        try:
            super().__enter__()
        except BaseException:
            os.close(self._mouth)
            raise
        finally:
            os.close(self._ear)
        self._speaker = threading.Thread(target=self._speak, daemon=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._speaker.start()
        self._reader.start()
        return self

    def _stop(self) -> None:
        self._sounds.put(None)
        super()._stop()
        self._speaker.join()

    def _drain(self) -> None:
        self._reader.join()
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _speak(self) -> None:
        with os.fdopen(self._mouth, "wb", buffering=0) as pipe:
            while (sound := self._sounds.get()) is not None:
                try:
                    pipe.write(np.rint(np.clip(sound, -1, 1) * LOUDEST).astype("<i2").tobytes())
                except OSError as error:
                    self._fault = error
                    return

    def _read(self) -> None:
        assert self._process.stdout is not None
        reader = PartReader()
        try:
            with self.path.open("wb") as file:
                while data := os.read(self._process.stdout.fileno(), BLOCK):
                    file.write(data)
                    for part in reader.feed(data):
                        self._part(part)
        except Exception as error:  # noqa: BLE001 - the edge of the thread
            self._failure = error
            self._process.kill()


def _command(shape: Shape, ear: int, rate: int, tag: str) -> list[str]:
    sound = graph.input(f"pipe:{ear}", format="s16le", ar=rate, ac=1)
    options = {**picture_options(shape), "acodec": "aac", "audio_bitrate": AUDIO_BITS, "format": "mp4"}
    options |= {"movflags": MOVFLAGS, "force_key_frames": EARLY, "flush_packets": 1}
    options |= {"metadata": tag} if tag else {}
    return compiled(graph.output(pictures_in(shape).video, sound.audio, "pipe:1", **options))
