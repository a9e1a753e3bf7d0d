"""The GPU compositor draws the CPU's frames; tried with the CPU build of torch, and without torch."""

from collections.abc import Iterator

import numpy as np
import pytest

from avatars.engines.base import Mode, Picture, Shot
from avatars.engines.puppet import Puppet as Light
from avatars.engines.puppet.device import CPU, chosen, in_batches
from avatars.engines.puppet.engine import Puppet
from avatars.engines.puppet.frame.compositor import Camera
from avatars.engines.puppet.motion.planner import Motion
from avatars.engines.puppet.rig.parameters import Expression, Head
from avatars.engines.puppet.rig.rig import Rig
from avatars.exceptions import EngineMissing
from avatars.portraits.portrait_validation import load
from tests.avatars.support import drawings
from tests.avatars.support.drawings import KeptPuppet
from tests.support.paths import PHOTOGRAPH


class TooMuch(Exception):
    """More at once than there is room for."""


def poses(count: int = 6) -> Motion:
    """Everything that can move, at once, further than speech moves it."""
    random = np.random.default_rng(7)
    face = random.uniform(0, 0.7, (count, len(Expression)))
    head = random.uniform(-1.5, 1.5, (count, len(Head)))
    face[:, 0] = 1
    face[:, Expression.TONGUE] = np.linspace(0, 1, count)
    face[0], head[0] = 0, 0
    face[0, 0] = 1
    return Motion(
        face=face.astype(np.float32),
        head=head.astype(np.float32),
        blink=np.linspace(0, 1, count).astype(np.float32),
        gaze=np.array([(0, 0), (8, 0), (-8, 2), (5, -2), (3, 4), (0, 0)], np.float32),
    )


@pytest.fixture(scope="module", params=[pytest.param("photograph", marks=pytest.mark.thorough), "laughing", "drawn"])
def rig(request: pytest.FixtureRequest) -> Rig:
    engine = KeptPuppet(device="cpu")
    if request.param == "drawn":
        return engine.rig(drawings.draw("ran", height=480))
    plain = engine.rig(load(PHOTOGRAPH, longest=480))
    if request.param == "photograph":
        return plain
    face = np.zeros(len(Expression), np.float32)
    face[[0, 1, 2]] = 1, 0.5, 0.6
    return engine.rig(Camera(plain, Mode.ENHANCED_LIPSYNC).frame(face, np.zeros(len(Head), np.float32), 0.0).copy())


@pytest.mark.gpu
@pytest.mark.parametrize(
    "mode",
    [
        mode if mode in (Mode.LIPSYNC, Mode.ENHANCED_TALKING_HEAD) else pytest.param(mode, marks=pytest.mark.thorough)
        for mode in Mode
    ],
)
def test_torch_makes_the_same_frames_within_two_grey_levels(rig: Rig, mode: Mode) -> None:
    from avatars.engines.puppet.cuda.compositor import TorchCamera

    motion = poses()
    camera = Camera(rig, mode)
    expected = [
        camera.frame(motion.face[i], motion.head[i], float(motion.blink[i]), motion.gaze[i]).copy() for i in range(6)
    ]
    made = [frame.copy() for frame in TorchCamera(rig, mode, "cpu").frames(motion, 0, 6)]
    assert len(made) == 6
    # The first pose is at rest; a portrait that shows teeth has its mouth shut by it.
    assert np.array_equal(made[0], rig.portrait) != rig.face.shows_teeth
    for a, b in zip(expected, made, strict=True):
        assert np.abs(a.astype(int) - b.astype(int)).max() <= 2


@pytest.mark.gpu
def test_batches_of_any_size_give_the_same_frames_to_rounding(rig: Rig) -> None:
    from avatars.engines.puppet.cuda.compositor import TorchCamera

    motion = poses()
    camera = TorchCamera(rig, Mode.TALKING_HEAD, "cpu")
    whole = [frame.copy() for frame in camera.frames(motion, 0, 6)]
    parts = [frame.copy() for first in (0, 2, 4) for frame in camera.frames(motion, first, first + 2)]
    # A product of matrices may round otherwise in another batch.
    assert all(np.abs(a.astype(int) - b).max() <= 2 for a, b in zip(whole, parts, strict=True))


@pytest.mark.gpu
def test_a_card_that_is_demanded_and_absent_is_said_so() -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("There is a card.")
    with pytest.raises(EngineMissing) as caught:
        Puppet(device="cuda")
    assert (caught.value.code, caught.value.field) == ("gpu_missing", "render_engine")
    assert "OPENUSER_DEVICE" in caught.value.remedy
    assert chosen("auto") == CPU


def test_a_device_that_is_none_is_refused() -> None:
    with pytest.raises(EngineMissing, match="abacus"):
        Puppet(device="abacus")


def test_the_processor_can_be_demanded() -> None:
    assert chosen("cpu") == CPU
    assert Light.probe(device="cpu").device == "cpu"
    assert Light.probe(device="cuda").device == "cuda"


class Room:
    """Makes numbers, at most `places` at once."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.asked: list[int] = []

    def make(self, first: int, last: int) -> Iterator[int]:
        self.asked.append(last - first)
        if last - first > self.places:
            raise TooMuch
        yield from range(first, last)


def run(room: Room, count: int, most: int) -> tuple[list[int], int]:
    made: list[int] = []

    def collect() -> Iterator[int]:
        done = yield from in_batches(room.make, count, most=most, too_much=TooMuch)
        made.append(done)

    numbers = list(collect())
    return numbers, made[0]


def test_too_little_memory_halves_the_batch_and_loses_no_frame() -> None:
    room = Room(5)
    assert run(room, 23, 16) == (list(range(23)), 23)
    assert room.asked == [16, 8, 4, 4, 4, 4, 4, 3]


def test_no_memory_at_all_leaves_the_rest_to_the_processor() -> None:
    room = Room(0)
    assert run(room, 9, 4) == ([], 0)
    assert room.asked == [4, 2, 1]


@pytest.mark.gpu
def test_a_full_graphics_card_hands_over_to_the_processor(rig: Rig) -> None:
    """The device "meta" holds no pixels: like a card that is full, it fails before its first frame."""
    from tests.avatars.support.shots import make_shot

    engine = KeptPuppet(device="cpu")
    engine._device = "meta"
    notes: list[str] = []
    speech = make_shot((), seconds=0.4).speech
    shot = Shot(portrait=rig.portrait, speech=speech, mode=Mode.LIPSYNC, note=notes.append)
    made: list[Picture] = [frame.copy() for frame in engine.animate(shot)]
    expected = [frame.copy() for frame in KeptPuppet(device="cpu").animate(shot)]
    assert notes == ["gpu_failed"]
    assert len(made) == shot.frame_count
    assert all(np.array_equal(a, b) for a, b in zip(made, expected, strict=True))
