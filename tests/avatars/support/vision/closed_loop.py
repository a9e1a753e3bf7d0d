"""The closed loop: make a video, measure every frame, and compare it with the plan.

It judges any render engine; the unit is the distance of the eyes. The face mesh measures the frames, and the built-in
renderer calibrates with the same mesh; so `Loop.parted` measures a second time without it, by the pixels of both lips.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from avatars.ai_label.video_label import Mark
from avatars.engines.base import Mode, Picture, RenderEngine, Shot
from avatars.engines.puppet.face.geometry import anatomy
from avatars.engines.puppet.face.mesh import Face, FaceMesh
from avatars.engines.puppet.face.segmentation import PersonMask
from avatars.engines.puppet.face.topology import EYE_LEFT, EYE_RIGHT, LIP_BOTTOM, LIP_TOP, MOUTH_LEFT, MOUTH_RIGHT
from avatars.engines.puppet.motion.lips import LEAD, aperture, lip_poses
from avatars.engines.puppet.motion.planner import plan
from avatars.engines.puppet.rig.expressions import drawn_in
from avatars.engines.puppet.rig.parameters import Expression
from avatars.framing import composition
from avatars.media import ffmpeg, mp4
from avatars.pipeline.script_to_video import FinishedVideo, VideoSpec, make
from avatars.speech.base import Speech, SpeechEngine
from tests.avatars.support.vision.face_similarity import Likeness
from tests.avatars.support.vision.lip_distance import Lips

Curve = NDArray[np.float64]

LIDS = ((159, 145), (386, 374))
CLOSED_BY = ("m", "b", "p")
QUIET_AFTER, QUIET_BEFORE = 0.2, 0.1
SPREAD, DRAWN_IN = 0.20, 0.028
EVERY = 20
"""Of how many frames one is asked whose face it is; the answer takes as long as ten other looks."""
EVERY_LIPS = 2
"""Of how many frames one has its lips looked for, in seventy sizes."""


class Said(SpeechEngine):
    """Says what was said before: one speech for many videos."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech

    def speak(self, text: str, **_options: object) -> Speech:
        return self._speech


@dataclass(frozen=True, kw_only=True)
class Loop:
    """A video with its shot, and what was seen in its frames: in each the faces and how far the background was off; in
    some, how far the lips' own pixels were apart, and how unlike the portrait the face was."""

    video: FinishedVideo
    shot: Shot
    faces: tuple[Face, ...]
    errors: Curve
    parted: Curve
    unlike: Curve

    @cached_property
    def moments(self) -> Curve:
        """The time that each frame shows, seconds."""
        middle: Curve = (np.arange(self.shot.frame_count) + 0.5) / self.shot.fps
        return middle

    @cached_property
    def gap(self) -> Curve:
        """How far the lips are seen apart."""
        return self._apart(LIP_TOP, LIP_BOTTOM)

    @property
    def aperture(self) -> float:
        """How well the opening of the lips follows what was asked: Pearson's r."""
        return agreement(self._asked(self.moments), self.gap)

    @property
    def parting(self) -> float:
        """The same without a mesh, by the pixels of the lips alone: Pearson's r."""
        return agreement(self._asked(self.moments[::EVERY_LIPS]), self.parted)

    @property
    def lag(self) -> float:
        """Milliseconds that the lips are seen late: where their correlation with what was asked is highest."""
        shifts = np.arange(-60, 61, 4) / 1000
        fits = np.array([agreement(self._asked(np.maximum(0, self.moments - shift)), self.gap) for shift in shifts])
        top = int(np.clip(np.argmax(fits), 1, len(fits) - 2))
        before, peak, after = fits[top - 1 : top + 2]
        return float((shifts[top] + 0.004 * 0.5 * (before - after) / (before - 2 * peak + after)) * 1000)

    @property
    def width(self) -> float:
        """How well the width of the mouth follows: Pearson's r."""
        pose, face = plan(self.shot).face, anatomy(self.faces[0].points)
        half = face.half_mouth
        asked = half * (SPREAD * pose[:, Expression.WIDE] - drawn_in(face) * pose[:, Expression.ROUND])
        asked -= DRAWN_IN * pose[:, Expression.JAW]
        return agreement(asked.astype(np.float64), self._apart(MOUTH_LEFT, MOUTH_RIGHT))

    @property
    def blink(self) -> float:
        """How well the lids follow: Pearson's r."""
        opened = np.mean([self._apart(upper, lower) for upper, lower in LIDS], axis=0)
        return agreement(plan(self.shot).blink.astype(np.float64), -opened)

    @property
    def pressed(self) -> float:
        """The widest that the lips stay apart at any m, b or p."""
        gaps = [0.0]
        for sound in self.shot.speech.sounds:
            if sound.symbol.strip("ˈˌ") in CLOSED_BY:
                frame = int(((sound.start + sound.end) / 2 - LEAD) * self.shot.fps)
                gaps.append(float(self.gap[max(0, frame - 1) : frame + 2].min()))
        return max(gaps)

    @property
    def silent(self) -> float:
        """The widest that the lips are apart in silence."""
        quiet = np.zeros(len(self.moments), bool)
        for sound in self.shot.speech.sounds:
            if not sound.symbol:
                quiet |= (self.moments > sound.start + QUIET_AFTER) & (self.moments < sound.end - QUIET_BEFORE)
        return float(self.gap[quiet].max(initial=0.0))

    @property
    def background(self) -> float:
        """PSNR of what is not the person, outside the label: decibels."""
        return float(10 * np.log10(255**2 / self.errors.mean()))

    @property
    def identity(self) -> float:
        """How unlike the portrait the face is, of all but the worst twentieth of the frames; 0.6 is another person."""
        return float(np.percentile(self.unlike, 95))

    @property
    def drift(self) -> float:
        """Milliseconds between the lengths of picture and sound."""
        found = mp4.probe(self.video.video)
        assert found.video is not None
        assert found.audio is not None
        return abs(found.video.seconds - found.audio.seconds) * 1000

    def _asked(self, moments: Curve) -> Curve:
        return aperture(lip_poses(self.shot.speech.sounds, moments))

    def _apart(self, a: int, b: int) -> Curve:
        return np.array([_distance(face, a, b) / _distance(face, EYE_LEFT, EYE_RIGHT) for face in self.faces])


def close(
    engine: RenderEngine,
    speech: Speech,
    text: str,
    portrait: Path,
    folder: Path,
    *,
    mode: Mode = Mode.ENHANCED_TALKING_HEAD,
) -> Loop:
    """FinishedVideo a portrait with that speech of that text, which begins in silence, and look at the video."""
    script = VideoSpec(
        text=text,
        portrait=portrait,
        content_id=f"loop-{portrait.stem}",
        provider="test",
        voice="",
        mode=mode,
    )
    video = make(script, folder, speech=Said(speech), engine=engine)
    picture = composition.compose(portrait, script.scene, enhanced=mode.enhanced, longest=script.longest)
    shot = Shot(portrait=picture, speech=speech, mode=mode, fps=script.fps, seed=script.seed)
    mesh = FaceMesh()
    still, likeness = np.nonzero(background(picture)), Likeness(picture, mesh.find(picture)[0])
    behind = picture[still].astype(np.int16)
    faces: list[Face] = []
    errors: list[float] = []
    parted: list[float] = []
    unlike: list[float] = []
    for number, frame in enumerate(frames(video)):
        faces.append(look_again(mesh, frame, faces[-1]) if faces else mesh.find(frame)[0])
        if number == 0:
            lips = Lips(frame, faces[0])
        errors.append(float(np.mean(np.square(frame[still] - behind, dtype=np.int32))))
        if number % EVERY_LIPS == 0:
            parted.append(lips.apart(frame))
        if number % EVERY == 0:
            unlike.append(likeness.distance(frame, faces[-1]))
    return Loop(
        video=video,
        shot=shot,
        faces=tuple(faces),
        errors=np.array(errors),
        parted=np.array(parted),
        unlike=np.array(unlike),
    )


def look_again(mesh: FaceMesh, frame: Picture, before: Face) -> Face:
    """The face where it was a moment ago; twice, because the first look, framed by what was, leans towards that."""
    return mesh.track(frame, mesh.track(frame, before))


def frames(video: FinishedVideo) -> Iterator[Picture]:
    """The frames of a video as RGB."""
    yield from ffmpeg.frames(video.video, (video.width, video.height))


def background(picture: Picture) -> NDArray[np.bool_]:
    """What is neither the person nor the label, nor near them."""
    height, width = picture.shape[:2]
    reach = max(3, round(0.04 * max(height, width)))
    person = cv2.dilate((PersonMask()(picture) > 0.1).astype(np.uint8), np.ones((reach, reach), np.uint8))
    still: NDArray[np.bool_] = person == 0
    label = Mark(width, height).box
    still[label.y : label.y + label.height, label.x : label.x + label.width] = False
    return still


def agreement(a: Curve, b: Curve) -> float:
    """Pearson's r."""
    return float(np.corrcoef(a, b)[0, 1])


def _distance(face: Face, a: int, b: int) -> float:
    return float(np.linalg.norm(face.points[a, :2] - face.points[b, :2]))
