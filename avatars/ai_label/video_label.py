"""The AI label that the law asks of every video: a mark to see in every frame, and metadata to read.

《人工智能生成合成内容标识办法》 and GB 45438-2025: text of at least 5 % of the shorter side, and an `AIGC` attribute
with who made it and under which number.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ffmpeg as graph
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from avatars.engines.base import Picture
from avatars.exceptions import OutputError
from avatars.framing import fonts
from avatars.framing.boxes import Box
from avatars.media import ffmpeg, mp4

TEXT = "AI 生成"
TEXT_SHARE = 0.055  # of the shorter side; GB 45438-2025 asks for at least 0.05
WEIGHT = 500  # of the font: medium; thinner strokes dissolve in the encoder
PLATE_ALPHA = 0.52  # 0..1: the plate that keeps the text legible on any picture
TEXT_ALPHA = 0.96  # 0..1: the text, almost opaque
LIKENESS = 0.5
"""Correlation, −1..1, from which a place carries the mark; an unmarked picture stays below 0.2 in the tests."""
KEY = "AIGC"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The provider and the number of a video, as in its metadata."""

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
        """Put the mark on a frame. All numbers get the same."""
        patch = frame[self.y : self.y + self.height, self.x : self.x + self.width]
        patch[:] = (patch * self._keep + self._add) >> 8

    def likeness(self, patch: Picture) -> float:
        """The likeness of a patch of grey pixels (height, width) to the mark: correlation, 1 is the mark itself."""
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


@dataclass(frozen=True, kw_only=True)
class LabelReport:
    """The label of a file: its origin, and the parts that it lacks, in words; nothing where it has both."""

    origin: Origin | None
    faults: tuple[str, ...]
    frames: int = 1


def words_of(origin: Origin, content_sha256: str) -> str:
    """The attribute that the standard asks for, as JSON."""
    attribute = {
        "Label": "1",
        "ContentProducer": origin.provider,
        "ProduceID": origin.content_id,
        "ReservedCode1": content_sha256,
        "ContentPropagator": origin.provider,
        "PropagateID": origin.content_id,
        "ReservedCode2": "",
    }
    return json.dumps(attribute, ensure_ascii=False, separators=(",", ":"))


def write(path: Path, to: Path, origin: Origin) -> None:
    """Copy a video, or sound as M4A, with the metadata; the last step, because any other copy would drop it.

    Raises `OutputError`.
    """
    probed, source = mp4.probe(path), ffmpeg.source(path)
    tag = f"{KEY}={words_of(origin, probed.content_sha256)}"
    streams = [stream for there, stream in ((probed.video, source.video), (probed.audio, source.audio)) if there]
    options = {"c": "copy", "map_metadata": -1, "movflags": "use_metadata_tags+faststart", "metadata": tag}
    ffmpeg.run(graph.output(*streams, str(to), **options))


def read(probed: mp4.Probe) -> Origin | None:
    """The origin of a video by its metadata; None where it is missing or unreadable."""
    return origin_of(probed.tags.get(KEY, ""))


def origin_of(attribute: str) -> Origin | None:
    """The origin in an attribute; None where it is missing or unreadable."""
    try:
        said = json.loads(attribute)
        return Origin(provider=str(said["ContentProducer"]), content_id=str(said["ProduceID"]))
    except (KeyError, ValueError, TypeError):
        return None


def verify(path: Path, content_id: str) -> None:
    """Return only if the video carries both labels of this content. Raises `OutputError` (code `unlabelled`)."""
    for fault in examine(path, content_id).faults:
        raise unlabelled(fault)


def verify_tag(probed: mp4.Probe, content_id: str) -> None:
    """Return only if the metadata are of this content, and the content has not changed since: that takes no decoding.

    Raises `OutputError` (code `unlabelled`).
    """
    fault = tag_fault(probed.tags.get(KEY, ""), probed.content_sha256, content_id)
    if fault:
        raise unlabelled(fault)


def examine(path: Path, content_id: str = "") -> LabelReport:
    """The label of a video, checked against `content_id` if given; every frame is decoded for it.

    Raises `OutputError` for a file without a picture.
    """
    probed = mp4.probe(path)
    if probed.video is None:
        raise OutputError("The video file cannot be read: it has no picture.", code="mp4_broken")
    mark = Mark(probed.video.width, probed.video.height)
    place = f"{mark.width}:{mark.height}:{mark.x}:{mark.y}"
    frames, bare = 0, -1
    for patch in ffmpeg.frames(path, (mark.width, mark.height), grey=True, crop=place):
        if bare < 0 and mark.likeness(patch) < LIKENESS:
            bare = frames
        frames += 1
    faults = [tag_fault(probed.tags.get(KEY, ""), probed.content_sha256, content_id)]
    if not frames:
        faults.append("the visible mark is missing: it has no frames")
    elif bare >= 0:
        faults.append(missing_mark(bare, probed.video.fps))
    return LabelReport(origin=read(probed), faults=tuple(fault for fault in faults if fault), frames=frames)


def missing_mark(frame: int, fps: float) -> str:
    """The flaw of a video of which this is the first frame without the mark."""
    return f"the visible mark is missing at {frame / max(fps, 1):.2f} s"


def tag_fault(attribute: str, content_sha256: str, content_id: str = "") -> str:
    """The flaw of an attribute, checked against `content_id` if given; "" for none."""
    try:
        said = json.loads(attribute)
        good = said["Label"] == "1" and bool(said["ProduceID"]) and bool(said["ContentProducer"])
        ours = not content_id or said["ProduceID"] == content_id
        whole = said["ReservedCode1"] == content_sha256
    except (KeyError, ValueError, TypeError):
        return "the AIGC metadata is missing"
    if not good:
        return "the AIGC metadata is incomplete"
    if not ours:
        return "the AIGC metadata names other content"
    return "" if whole else "its content is not what was labelled"


def unlabelled(why: str) -> OutputError:
    """The error for a file without a valid label."""
    return OutputError(f"The video is not labelled as made by AI: {why}.", code="unlabelled")
