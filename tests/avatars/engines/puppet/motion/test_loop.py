"""The motion of an idle video: its end leads into its beginning, in pose and in speed."""

from dataclasses import fields, replace

import numpy as np
import pytest

from avatars.engines.base import Mode, Shot
from avatars.engines.puppet.motion.loop import loop_moves
from avatars.engines.puppet.motion.planner import BLOCK, Motion
from avatars.engines.puppet.rig.parameters import LIPS, Expression, Head
from avatars.pipeline.speech_source import silence
from avatars.rendering.recipes import LOOP_SECONDS
from avatars.speech.synthesis.stream import SpeechStream
from tests.avatars.support.shots import make_shot

SEEDS = range(1, 9)


def looped(seed: int, *, block: int = BLOCK, mode: Mode = Mode.ENHANCED_TALKING_HEAD) -> Motion:
    shot: Shot = replace(make_shot(mode=mode, seed=seed), loops=True, speech=silence(LOOP_SECONDS))
    blocks = list(loop_moves(shot, SpeechStream.of(shot.speech), block=block))
    return Motion(**{one.name: np.concatenate([getattr(each, one.name) for each in blocks]) for one in fields(Motion)})


@pytest.mark.parametrize("seed", SEEDS)
def test_the_last_frame_leads_into_the_first_in_pose_and_speed(seed: int) -> None:
    head = looped(seed).head.astype(np.float64)
    steps = np.abs(np.diff(head, axis=0, append=head[:1]))
    assert np.all(steps[-1] <= np.median(steps, axis=0))
    bends = np.abs(np.diff(steps, axis=0))
    assert np.all(np.abs(steps[-1] - steps[-2]) <= bends.max(axis=0) + 1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_eyes_are_open_and_at_the_camera_where_it_begins_again(seed: int) -> None:
    motion = looped(seed)
    assert not motion.gaze[:5].any()
    assert not motion.gaze[-5:].any()
    assert not motion.blink[:5].any()
    assert motion.blink[-5:].max() < 0.05


def test_it_breathes_and_blinks_and_says_nothing() -> None:
    motion = looped(3)
    assert 8.0 <= len(motion) / 25 <= 12.0
    breath = motion.head[:, Head.BREATH]
    assert np.sum((breath[1:-1] > breath[:-2]) & (breath[1:-1] >= breath[2:])) == 2
    assert motion.blink.max() > 0.9
    assert not motion.face[:, list(LIPS)].any()
    assert np.all(motion.face[:, Expression.NEUTRAL] == 1)


def test_each_digital_human_idles_in_its_own_way() -> None:
    assert len({looped(seed).head.tobytes() for seed in SEEDS}) == len(SEEDS)


def test_blocks_of_any_size_give_the_same_loop() -> None:
    assert np.array_equal(looped(5).head, looped(5, block=64).head)


def test_where_only_lips_may_move_it_only_blinks() -> None:
    motion = looped(2, mode=Mode.LIPSYNC)
    assert not motion.head.any()
    assert motion.blink.max() > 0.9
