"""Portrait videos checked like photographs, at every second: a reason and a place where one will not do."""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from PIL import Image

from avatars.engines.base import Picture
from avatars.engines.faces import SeenFace
from avatars.engines.portrait_video import FPS, SURE, Track
from avatars.engines.puppet.face import findings, light, sharpness
from avatars.engines.puppet.face.closeup import closeup
from avatars.engines.puppet.face.mesh import Face
from avatars.engines.puppet.moving import face_track
from avatars.engines.puppet.moving.frames import VideoFrames
from avatars.engines.puppet.moving.route import speaks
from avatars.engines.puppet.moving.track_cache import kept_track
from avatars.exceptions import PortraitError
from avatars.media import mp4
from avatars.portraits import marks, orientation, texture, verdict
from avatars.portraits.findings import Place
from avatars.portraits.video_findings import ExaminedVideo, VideoFinding

MIN_SIDE = 360  # pixels of the shorter side of a portrait video
EVERY = FPS // 2
"""Frames from one close look to the next; in between, only the mesh is followed."""
TURNED, TILTED, NODDED = 25.0, 25.0, 25.0
"""Degrees that the mouth of another frame can follow: further, its far side is missing in that frame."""
CUT, USUAL = 12.0, 5.0
"""Grey levels by which the whole picture changes from one frame to the next where it is cut, and by how many times more
than around it: nods and gestures stay below 4."""
JUMP = 0.6
"""Eye distances that a face may move from one frame to the next."""
TOGETHER = 1.0
"""Seconds between two places that are told as one."""
TELLS = 3
"""Places of one code that are told, the longest."""
LASTS = {"eyes_covered": 1.5, "mouth_covered": 1.0}
"""Seconds that some findings must last: lids that close, a mouth that opens wide."""
WIDE = 240  # pixels of the picture that shows a finding in its list
UNPLACED = frozenset({"cut", "face_lost"})
"""They are about the whole frame: nothing is to be marked in it."""

Seconds = list[tuple[float, float]]


@dataclass(kw_only=True)
class _Looks:
    """The findings of close looks: the frames by code."""

    flaws: dict[str, list[int]] = field(default_factory=dict)
    remarks: dict[str, list[int]] = field(default_factory=dict)
    photographic: list[bool] = field(default_factory=list)

    def look(self, number: int, frame: Picture, _face: Face) -> None:
        """Judge one frame as a photograph is judged."""
        if number % EVERY:
            return
        faces = findings.look(frame)
        large = _large(faces)
        if len(large) > 1:
            self.flaws.setdefault("several_faces", []).append(number)
        if not faces:
            return
        near = closeup(frame, faces[0])
        seen = verdict.Measures(
            face=faces[0],
            size=(frame.shape[1], frame.shape[0]),
            light=light.measure(near),
            blur=sharpness.blur(near),
            photographic=texture.looks_photographed(frame, faces[0].box),
            others=len(faces) > len(large),
        )
        self.photographic.append(seen.photographic)
        code = verdict.flaw(seen)
        if code and code not in ("turned", "mouth_stays_open"):
            self.flaws.setdefault(code, []).append(number)
        for code in verdict.remarks(seen):
            if code in ("others_behind", "dark", "bright", "side_shadow", "soft", "face_small", "face_at_edge"):
                self.remarks.setdefault(code, []).append(number)


def examine(
    path: Path, origin: str, *, cache_folder: Path | None, waiting: Callable[[float], None] | None = None
) -> ExaminedVideo:
    """The findings in a stored video whose SHA-256 is `origin`; its track is kept. Raises `PortraitError`."""
    video = mp4.probe(path).video
    assert video is not None
    size, looks = (video.width, video.height), _Looks()
    whole = VideoFrames(path=path, part=(0, 0, *size), size=size)
    if min(size) < MIN_SIDE:
        small = VideoFinding(code="too_small", begin=0.0, end=video.samples / FPS)
        return ExaminedVideo(width=size[0], height=size[1], seconds=video.samples / FPS, flaws=(small,))

    def seen(number: int, frame: Picture, face: Face) -> None:
        looks.look(number, frame, face)
        if waiting is not None:
            waiting((number + 1) / max(video.samples, number + 1))

    try:
        track = face_track.follow(whole.read(), findings.mesh(), seen)
    except PortraitError as error:
        if error.code != "no_face":
            raise
        nobody = VideoFinding(code="no_face", begin=0.0, end=video.samples / FPS)
        return ExaminedVideo(width=size[0], height=size[1], seconds=video.samples / FPS, flaws=(nobody,))
    kept_track(cache_folder, origin, lambda: track)
    seen_in = {**looks.flaws, **_from_track(track)}
    flaws = _times(seen_in)
    remarks = () if flaws else _times(looks.remarks)
    seen_in = {**looks.remarks, **seen_in}
    return ExaminedVideo(
        width=size[0],
        height=size[1],
        seconds=len(track) / FPS,
        flaws=tuple(_shown(flaw, seen_in[flaw.code], whole, track) for flaw in flaws),
        remarks=tuple(_shown(remark, seen_in[remark.code], whole, track) for remark in remarks),
        still=_jpeg(_frame(whole, track.reference)),
        speaks=speaks(track.gap),
        photographic=bool(np.mean(looks.photographic or [True]) >= 0.5),
    )


def _from_track(track: Track) -> dict[str, list[int]]:
    """The frames of each flaw of the face in its track, by code."""
    yaw, pitch, roll = np.abs(track.angles - [0.0, float(np.median(track.angles[:, 1])), 0.0]).T
    eyes = np.linalg.norm(track.points[:, 33, :2] - track.points[:, 263, :2], axis=1)
    middle = track.points[:, 1, :2].astype(np.float64)
    jumps = np.linalg.norm(np.diff(middle, axis=0, prepend=middle[:1]), axis=1) / np.maximum(eyes, 1.0)
    around = np.array([np.median(track.motion[max(0, at - 8) : at + 9]) for at in range(len(track))])
    held = track.score > SURE
    applies = {
        "face_lost": ~held,
        "turned": held & ((yaw > TURNED) | (pitch > NODDED)),
        "tilted": held & (roll > TILTED),
        "cut": ((track.motion > CUT) & (track.motion > USUAL * around)) | (held & (jumps > JUMP)),
    }
    return {code: [int(at) for at in np.flatnonzero(where)] for code, where in applies.items() if where.any()}


def _times(frames: dict[str, list[int]]) -> tuple[VideoFinding, ...]:
    findings = []
    for code, numbers in frames.items():
        spans = [span for span in _spans(numbers, code) if span[1] - span[0] >= LASTS.get(code, 0.0)]
        longest = sorted(spans, key=lambda span: span[0] - span[1])[:TELLS]
        findings += [VideoFinding(code=code, begin=begin, end=end) for begin, end in sorted(longest)]
    return tuple(findings)


def _spans(numbers: Iterable[int], code: str) -> Seconds:
    """The times of frames with these numbers; near ones are one span."""
    spans: Seconds = []
    for number in sorted(numbers):
        begin, end = number / FPS, (number + 1) / FPS
        if spans and begin - spans[-1][1] <= TOGETHER:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((begin, end))
    return spans


def _shown(finding: VideoFinding, numbers: list[int], whole: VideoFrames, track: Track) -> VideoFinding:
    """The finding with one of its frames, in the middle of its time, and with its places there."""
    middle = (finding.begin + finding.end) / 2 * FPS
    number = min(len(track) - 1, min(numbers, key=lambda each: abs(each - middle)))
    frame = _frame(whole, number)
    return replace(finding, picture=_jpeg(frame, wide=WIDE), places=_marked(finding.code, frame, number, track))


def _marked(code: str, frame: Picture, number: int, track: Track) -> tuple[Place, ...]:
    """The places of a finding in a frame, marked as in a photograph."""
    size = (frame.shape[1], frame.shape[0])
    if code in UNPLACED:
        return ()
    faces = findings.look(frame)
    if code == "several_faces":
        return marks.faces(code, _large(faces), size=size)
    if not faces:
        # Too far turned for a look at this frame alone; the mesh had followed it there.
        followed = Face(points=track.points[number].astype(np.float64), score=float(track.score[number]))
        return marks.marks([code], findings.seen(followed), (), size=size)
    darker = light.measure(closeup(frame, faces[0])).darker
    return marks.marks([code], faces[0], faces[1:], size=size, darker=darker)


def _large(faces: tuple[SeenFace, ...]) -> list[SeenFace]:
    """The faces that may be meant to speak."""
    return [each for each in faces if each.eye_distance > orientation.LARGE * faces[0].eye_distance]


def _frame(whole: VideoFrames, number: int) -> Picture:
    return next(whole.read(number, 1))


def _jpeg(frame: Picture, wide: int = 0) -> bytes:
    image = Image.fromarray(frame)
    if wide:
        image.thumbnail((wide, image.height))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=95)
    return out.getvalue()
