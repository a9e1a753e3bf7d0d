"""The AI label that the law asks of every film: a mark to see in every frame, and metadata to read.

《人工智能生成合成内容标识办法》 and GB 45438-2025: text of at least 5 % of the shorter side, and an `AIGC` attribute
with who made it and under which number.
"""

import json
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

import ffmpeg as graph
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from avatars import ffmpeg, mp4
from avatars.engines.base import Picture
from avatars.exceptions import OutputError
from avatars.framing import fonts
from avatars.framing.boxes import Box

TEXT = "AI 生成"
TEXT_SHARE = 0.055
WEIGHT = 500
PLATE_ALPHA = 0.52
TEXT_ALPHA = 0.96
LAW_SECONDS = 2.0
CHECKED_FRAMES = 6
LIKENESS = 0.5
KEY = "AIGC"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Who made a film, and its number: what the metadata says."""

    provider: str
    content_id: str


class Mark:
    """The visible mark for frames of one size; `x`, `y`, `width`, `height` is where its plate lies, in pixels."""

    def __init__(self, width: int, height: int) -> None:
        text, plate = _drawing(min(width, height))
        # Even places keep the edges of the plate off the middle of 4:2:0's colour samples.
        margin = max(2, round(min(width, height) * 0.03) // 2 * 2)
        self.height, self.width = plate.shape
        self.x, self.y = (width - margin - self.width) // 2 * 2, margin
        if self.x < 0 or self.y + self.height > height:
            raise OutputError("The picture is too small for the AI mark.", code="frame_shape")
        self.ink = text
        self.text_height = int(np.ptp(np.nonzero(text.max(axis=1) > 0.5)[0])) + 1
        alpha = np.maximum(plate * PLATE_ALPHA, text * TEXT_ALPHA)
        light = np.divide(text * TEXT_ALPHA, alpha, out=np.zeros_like(alpha), where=alpha > 0)
        self._keep = np.round((1 - alpha[:, :, None]) * 256).astype(np.uint16)
        self._add = np.round(alpha * light * 255 * 256).astype(np.uint16)[:, :, None]

    @property
    def box(self) -> Box:
        return Box(x=self.x, y=self.y, width=self.width, height=self.height)

    def draw(self, frame: Picture, number: int = 0) -> None:
        """Put the mark on a frame, whatever its number."""
        patch = frame[self.y : self.y + self.height, self.x : self.x + self.width]
        patch[:] = (patch * self._keep + self._add) >> 8

    def likeness(self, patch: Picture) -> float:
        """How much a patch of grey pixels (height, width) looks like the mark: correlation, 1 is the mark itself."""
        seen, ink = patch.astype(np.float64).ravel(), self.ink.astype(np.float64).ravel()
        seen, ink = seen - seen.mean(), ink - ink.mean()
        return float(seen @ ink / (np.linalg.norm(seen) * np.linalg.norm(ink) + 1e-9))


@cache
def _drawing(side: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Coverage 0..1 of the text and of its rounded plate, both of the plate's shape (height, width)."""
    wanted = max(10, int(np.ceil(side * TEXT_SHARE)))
    size = wanted
    while True:
        font = fonts.noto(size, WEIGHT)
        left, top, right, bottom = font.getbbox(TEXT)
        if bottom - top >= wanted:
            break
        size += 1
    across, down = round(size * 0.5), round(size * 0.34)
    width = (round(right - left) + 2 * across + 1) // 2 * 2
    height = (round(bottom - top) + 2 * down + 1) // 2 * 2
    text = Image.new("L", (width, height))
    place = ((width - (right - left)) / 2 - left, (height - (bottom - top)) / 2 - top)
    ImageDraw.Draw(text).text(place, TEXT, fill=255, font=font)
    # Pillow draws rounded corners without smoothing; a picture four times as large, made smaller, has smooth ones.
    large = Image.new("L", (width * 4, height * 4))
    ImageDraw.Draw(large).rounded_rectangle((0, 0, width * 4 - 1, height * 4 - 1), radius=height * 1.2, fill=255)
    plate = large.resize((width, height), Image.Resampling.BOX)
    coverage = [np.asarray(image).astype(np.float32) / np.float32(255) for image in (text, plate)]
    return coverage[0], coverage[1]


def write(path: Path, to: Path, origin: Origin) -> None:
    """Copy a film with the metadata; the last step, because any other copy would drop it. Raises `OutputError`."""
    words = {
        "Label": "1",
        "ContentProducer": origin.provider,
        "ProduceID": origin.content_id,
        "ReservedCode1": mp4.probe(path).content_sha256,
        "ContentPropagator": origin.provider,
        "PropagateID": origin.content_id,
        "ReservedCode2": "",
    }
    tag = f"{KEY}={json.dumps(words, ensure_ascii=False, separators=(',', ':'))}"
    film = ffmpeg.source(path)
    options = {"c": "copy", "map_metadata": -1, "movflags": "use_metadata_tags+faststart", "metadata": tag}
    ffmpeg.run(graph.output(film.video, film.audio, str(to), **options))


def read(film: mp4.Probe) -> Origin | None:
    """Who says to have made a film, by its metadata; None where they say nothing that can be read."""
    try:
        words = json.loads(film.tags[KEY])
        return Origin(provider=str(words["ContentProducer"]), content_id=str(words["ProduceID"]))
    except (KeyError, ValueError, TypeError):
        return None


def verify(path: Path, content_id: str) -> None:
    """Return only if the film carries both labels of this content. Raises `OutputError` (code `unlabelled`)."""
    film = mp4.probe(path)
    _verify_tag(film, content_id)
    if film.video is None:
        raise _unlabelled("it has no picture")
    mark = Mark(film.video.width, film.video.height)
    place = f"{mark.width}:{mark.height}:{mark.x}:{mark.y}"
    decoded = ffmpeg.frames(path, (mark.width, mark.height), seconds=LAW_SECONDS, grey=True, crop=place)
    step = max(1, round(LAW_SECONDS * film.video.fps / CHECKED_FRAMES))
    found = [mark.likeness(patch) for patch in islice(decoded, 0, None, step)]
    if not found or min(found) < LIKENESS:
        raise _unlabelled("the visible mark is missing")


def _verify_tag(film: mp4.Probe, content_id: str) -> None:
    try:
        words = json.loads(film.tags[KEY])
        good = words["Label"] == "1" and words["ProduceID"] == content_id and bool(words["ContentProducer"])
        whole = words["ReservedCode1"] == film.content_sha256
    except (KeyError, ValueError, TypeError) as error:
        raise _unlabelled("the AIGC metadata is missing") from error
    if not good:
        raise _unlabelled("the AIGC metadata names other content")
    if not whole:
        raise _unlabelled("its content is not what was labelled")


def _unlabelled(why: str) -> OutputError:
    return OutputError(f"The video is not labelled as made by AI: {why}.", code="unlabelled")
