"""A video portrait speaks with our mouth; all else is the video's own."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from avatars.engines.base import Mode, Picture, Setup
from avatars.engines.portrait_video import MovingPortrait
from avatars.engines.puppet.engine import Puppet
from avatars.engines.puppet.face import findings
from avatars.engines.puppet.face.topology import LIP_BOTTOM, LIP_TOP
from avatars.engines.puppet.motion.lips import aperture, lip_poses
from avatars.engines.puppet.moving.frames import VideoFrames
from avatars.pipeline.speech_source import silence
from avatars.speech.base import Sound, Speech
from avatars.speech.synthesis.stream import SpeechStream
from tests.avatars.support.drawings import KeptPuppet
from tests.avatars.support.vision.acted_videos import chatter
from tests.fixtures.portrait_videos import Acted

WHOLE = (0, 0, 480, 640)
MARGIN = 40
ABOVE = 100


@pytest.fixture(scope="module")
def engine() -> Puppet:
    return KeptPuppet(device="cpu")


@pytest.fixture(scope="module")
def setup(acted: Acted) -> Setup:
    frames = VideoFrames(path=acted.stored, part=WHOLE, size=WHOLE[2:])
    moving = MovingPortrait(path=acted.stored, track=acted.track, part=WHOLE, place=WHOLE)
    return Setup(portrait=next(frames.read(acted.track.reference, 1)), moving=moving, seed=3)


@pytest.fixture(scope="module")
def spoken(engine: Puppet, setup: Setup) -> list[Picture]:
    return [frame.copy() for frame in engine.follow(setup, SpeechStream.of(chatter(5.0)))]


@pytest.fixture(scope="module")
def own(acted: Acted, spoken: list[Picture]) -> list[Picture]:
    """The frames of the video that were shown."""
    source = recorded(acted)
    return [source[number] for number in numbers(acted, spoken)]


def recorded(acted: Acted) -> list[Picture]:
    return [frame.copy() for frame in VideoFrames(path=acted.stored, part=WHOLE, size=WHOLE[2:]).read()]


def numbers(acted: Acted, shown: list[Picture]) -> list[int]:
    """Which frames of the video these are, by what is above the face."""
    known = {frame[:ABOVE].tobytes(): number for number, frame in enumerate(recorded(acted))}
    return [known[frame[:ABOVE].tobytes()] for frame in shown]


def gaps(frames: list[Picture]) -> np.ndarray:
    face, found = findings.mesh().find(frames[0])[0], []
    for frame in frames:
        face = findings.mesh().track(frame, findings.mesh().track(frame, face))
        apart = face.points[LIP_TOP, :2] - face.points[LIP_BOTTOM, :2]
        found.append(float(np.linalg.norm(apart)) / face.eye_distance)
    return np.array(found)


@pytest.mark.thorough  # as engines/puppet/test_closed_loop.py, for a video
def test_the_lips_follow_our_speech_and_not_the_own(spoken: list[Picture], own: list[Picture]) -> None:
    speech, moments = chatter(5.0), (np.arange(125) + 0.5) / 25
    asked = [aperture(lip_poses(speech.sounds, np.maximum(0, moments - late / 1000))) for late in (-40, 0, 40)]
    seen = gaps(spoken)
    early, now, late = (np.corrcoef(each, seen)[0, 1] for each in asked)
    assert now >= 0.9
    assert now > max(early, late)
    assert abs(np.corrcoef(seen, gaps(own))[0, 1]) < 0.6


def test_a_person_who_spoke_is_silent_where_we_are(engine: Puppet, setup: Setup) -> None:
    sounds = (Sound(symbol="", start=0.0, end=2.0),)
    silence = Speech(samples=np.zeros(32000, np.float32), rate=16000, sounds=sounds, tokens=())
    silent = [frame.copy() for frame in engine.follow(setup, SpeechStream.of(silence))]
    assert gaps(silent).max() < 0.035


def test_all_but_the_lower_face_is_the_video_bit_by_bit(spoken: list[Picture], own: list[Picture]) -> None:
    for number in range(0, len(spoken), 10):
        face = findings.mesh().find(own[number])[0]
        left, _top, right, bottom = face.box
        same = np.ones(own[number].shape[:2], bool)
        nose = int(face.points[2, 1]) - MARGIN
        same[nose : int(bottom) + 2 * MARGIN, int(left) - MARGIN : int(right) + MARGIN] = False
        assert np.array_equal(spoken[number][same], own[number][same])


def test_no_seam_is_seen_where_the_video_turns(acted: Acted, spoken: list[Picture]) -> None:
    places = numbers(acted, spoken)
    assert {abs(after - before) for before, after in pairwise(places)} == {1}
    turning = [at for at in range(1, len(places) - 1) if places[at - 1] == places[at + 1]]
    steps = np.array([np.abs(b.astype(int) - a).mean() for a, b in pairwise(spoken)])
    assert turning
    assert all(max(steps[at - 1], steps[at]) <= np.median(steps) for at in turning)


@pytest.mark.parametrize("fps", [15, 30])
def test_it_keeps_the_pace_at_other_frame_rates(engine: Puppet, setup: Setup, fps: int) -> None:
    frames = list(engine.follow(replace(setup, fps=fps, mode=Mode.LIPSYNC), SpeechStream.of(chatter(1.0))))
    assert len(frames) == fps


def test_the_same_seed_gives_the_same_frames(engine: Puppet, setup: Setup) -> None:
    speech = SpeechStream.of(chatter(0.4))
    once, again = ([frame.copy() for frame in engine.follow(setup, speech)] for _ in range(2))
    assert all(map(np.array_equal, once, again))


@pytest.mark.thorough
def test_a_graphics_card_leaves_videos_to_the_processor(setup: Setup, engine: Puppet) -> None:
    pytest.importorskip("torch")
    notes: list[str] = []
    speech = SpeechStream.of(chatter(0.2))
    by_torch = [frame.copy() for frame in Puppet(device="torch").follow(replace(setup, note=notes.append), speech)]
    assert notes == ["moving_on_cpu"]
    assert all(map(np.array_equal, by_torch, [frame.copy() for frame in engine.follow(setup, speech)]))


@pytest.mark.thorough
def test_an_idle_video_goes_to_and_fro_in_the_own_frames(engine: Puppet, setup: Setup, acted: Acted) -> None:
    looping = replace(setup, loops=True)
    shown = [frame.copy() for frame in engine.follow(looping, SpeechStream.of(silence(5.0)))]
    places = numbers(acted, shown)
    assert len(places) == 125
    assert max(abs(after - before) for before, after in pairwise([*places, places[0]])) <= 1
    assert len(set(places)) > 50
    assert gaps(shown).max() < 0.06, "it says nothing"
