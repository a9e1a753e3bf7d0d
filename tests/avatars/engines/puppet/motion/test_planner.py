"""The motion plan of lips, lids and head, before any pixel moves."""

from dataclasses import replace

import numpy as np
import pytest

from avatars.engines.base import Mode
from avatars.engines.puppet.motion.lips import aperture, lip_poses
from avatars.engines.puppet.motion.planner import Motion, plan, smiling
from avatars.engines.puppet.motion.visemes import BITE, CLOSED, HISS, SPREAD, visemes
from avatars.engines.puppet.rig.parameters import LIPS, Expression, Head
from avatars.speech.base import Sound
from tests.avatars.support.shots import WORD, make_shot


def at(motion: Motion, seconds: float) -> np.ndarray:
    face: np.ndarray = motion.face[int(seconds * 25)]
    return face


def test_silence_closes_the_lips_entirely() -> None:
    track = lip_poses(WORD, np.arange(0, 2.4, 0.01))
    moments = np.arange(0, 2.4, 0.01)
    quiet = (moments < 0.4) | ((moments > 1.7) & (moments < 2.2))
    assert np.abs(track[quiet]).max() < 1e-3


def test_m_closes_the_lips_for_at_least_one_frame() -> None:
    motion = plan(make_shot())
    around = motion.face[20:26]
    assert around[:, Expression.PRESS].max() > 0.98
    assert aperture(around[:, 1:7].astype(np.float64)).min() < 0.003


def test_vowels_have_their_shapes() -> None:
    motion = plan(make_shot())
    assert at(motion, 0.70)[Expression.JAW] > 0.6
    assert at(motion, 1.06)[Expression.WIDE] > 0.5
    assert at(motion, 1.34)[Expression.ROUND] > 0.7


def test_lips_are_ahead_of_the_sound() -> None:
    moments = np.arange(0, 2.4, 0.005)
    opening = aperture(lip_poses(WORD, moments))
    assert 0.45 < moments[np.argmax(opening > 0.02)] < 0.58


def test_a_short_silence_before_a_stop_is_its_closure() -> None:
    sounds = (
        Sound(symbol="a", start=0.0, end=0.3),
        Sound(symbol="", start=0.3, end=0.35),
        Sound(symbol="p", start=0.35, end=0.42),
        Sound(symbol="a", start=0.42, end=0.8),
    )
    moments = np.arange(0, 0.8, 0.005)
    track = lip_poses(sounds, moments)
    pressed = float((moments * track[:, 5]).sum() / track[:, 5].sum())
    assert pressed == pytest.approx(0.36 - 0.045, abs=0.03)
    assert aperture(track).min() < 0.002


def test_symbols_of_both_languages_have_visemes() -> None:
    assert visemes("m") == visemes("b") == visemes("p") == (CLOSED,)
    assert visemes("f") == (BITE,)
    assert visemes("ɨ") == (HISS,)
    assert visemes("ˈiː") == (SPREAD,)
    assert len(visemes("A")) == len(visemes("W")) == len(visemes("O")) == 2
    assert visemes("") == visemes("↗") == ()
    assert len(visemes("ʘ")) == 1


def test_the_same_seed_gives_the_same_motion_and_another_seed_another() -> None:
    first, again, other = plan(make_shot(seed=3)), plan(make_shot(seed=3)), plan(make_shot(seed=4))
    assert np.array_equal(first.head, again.head)
    assert np.array_equal(first.blink, again.blink)
    assert not np.array_equal(first.head, other.head)


def test_the_head_is_still_where_only_the_lips_shall_move() -> None:
    for mode in (Mode.LIPSYNC, Mode.ENHANCED_LIPSYNC):
        motion = plan(make_shot(mode=mode))
        assert not motion.head.any()
        assert not motion.face[:, Expression.BROW].any()


@pytest.mark.parametrize("mode", [Mode.TALKING_HEAD, Mode.ENHANCED_TALKING_HEAD])
def test_a_talking_head_turns_breathes_and_lifts_its_brows(mode: Mode) -> None:
    motion = plan(make_shot(mode=mode))
    assert motion.head[:, Head.YAW].any()
    assert motion.head[:, Head.BREATH].any()
    assert motion.face[:, Expression.BROW].any()


def test_every_mode_says_and_blinks_the_same() -> None:
    first, *others = (plan(make_shot(mode=mode)) for mode in Mode)
    for motion in others:
        assert np.array_equal(motion.face[:, 1:7], first.face[:, 1:7])
        assert np.array_equal(motion.blink, first.blink)


def test_a_silent_person_still_moves_and_blinks() -> None:
    motion = plan(make_shot((Sound(symbol="", start=0.0, end=8.0),), seconds=8.0))
    assert np.ptp(motion.head[:, Head.YAW]) > 0.5
    assert motion.blink.max() > 0.9
    assert not motion.face[:, 1:7].any()


def test_the_head_stays_within_what_a_picture_can_bear() -> None:
    for seed in range(20):
        motion = plan(make_shot((Sound(symbol="a", start=0.0, end=20.0),), seconds=20.0, seed=seed))
        assert np.abs(motion.head[:, [Head.YAW, Head.PITCH, Head.ROLL]]).max() < 5.0


def test_the_head_never_jerks() -> None:
    motion = plan(make_shot((Sound(symbol="a", start=0.0, end=20.0),), seconds=20.0))
    assert np.abs(np.diff(motion.head[:, Head.YAW])).max() < 0.6


def test_speech_without_sounds_is_silence() -> None:
    motion = plan(make_shot((), seconds=1.0))
    assert len(motion.face) == 25
    assert not motion.face[:, 1:7].any()


def test_no_samples_give_no_frames() -> None:
    assert len(plan(make_shot((), seconds=0.0)).face) == 0


def test_a_smiling_portrait_opens_as_far_but_less_by_the_jaw() -> None:
    plain = plan(make_shot()).face
    eased = smiling(plain, 0.08)
    opened = int(plain[:, Expression.JAW].argmax())
    assert eased[opened, Expression.JAW] < plain[opened, Expression.JAW]
    assert eased[opened, Expression.NEUTRAL] < 0.5
    gap = aperture(eased[:, 1:7].astype(np.float64)) + 0.08 * (1 - eased[:, Expression.NEUTRAL])
    assert np.allclose(gap, aperture(plain[:, 1:7].astype(np.float64)), atol=1e-4)
    assert eased[2, Expression.NEUTRAL] == 1


def test_rounded_lips_of_a_smile_part_by_the_jaw() -> None:
    plain = np.zeros((2, len(Expression)), np.float32)
    plain[:, [Expression.NEUTRAL, Expression.JAW]] = 1, 0.3
    plain[1, Expression.ROUND] = 0.9
    spread, rounded = smiling(plain, 0.12)
    assert spread[Expression.NEUTRAL] < 0.7
    assert np.allclose(rounded, plain[1])


@pytest.mark.parametrize("before", ["a", "i", "u"])
@pytest.mark.parametrize(("symbol", "amount"), [("l", 0.5), ("n", 0.4), ("θ", 1.0), ("k", 0)])
def test_the_tongue_is_up_for_its_sounds_only(symbol: str, amount: float, before: str) -> None:
    spoken = ((before, 0.2, 0.4), (symbol, 0.4, 0.46), ("a", 0.46, 0.7))
    sounds = [Sound(symbol=letter, start=start, end=end) for letter, start, end in spoken]
    tongue = lip_poses(sounds, np.arange(0, 0.8, 0.005))[:, LIPS.index(Expression.TONGUE)]
    assert tongue.max() == pytest.approx(amount, abs=0.02)
    assert tongue[[50, 110]].max() < 0.1


@pytest.mark.parametrize("mode", [Mode.ENHANCED_TALKING_HEAD, Mode.LIPSYNC])
def test_a_shot_that_rests_begins_and_ends_as_the_portrait_is(mode) -> None:
    free, resting = plan(make_shot(mode=mode)), plan(replace(make_shot(mode=mode), rests=True))
    for end in (0, -1):
        assert not resting.head[end].any()
        assert resting.blink[end] == 0
        assert resting.face[end, Expression.NEUTRAL] == 1
        assert not resting.face[end, Expression.NEUTRAL + 1 :].any()
    middle = slice(20, 40)
    assert np.array_equal(free.head[middle], resting.head[middle])
    assert np.array_equal(free.face[middle], resting.face[middle])
    if mode.moves_head:
        steps = np.abs(np.diff(resting.head, axis=0)).max(axis=0)
        assert (steps <= 1.5 * np.abs(np.diff(free.head, axis=0)).max(axis=0) + 0.15).all(), "it comes to rest gently"


def test_a_word_at_the_very_end_still_leaves_shut_lips_there() -> None:
    sounds = (Sound(symbol="a", start=0.0, end=0.6),)
    resting = plan(replace(make_shot(sounds, seconds=0.6), rests=True))
    assert not resting.face[[0, -1], Expression.JAW].any()
    assert resting.face[:, Expression.JAW].max() > 0.3


def minute(seed: int = 1, *, phrase: float = 2.1, pause: float = 0.4) -> Motion:
    """A minute of phrases with pauses between them."""
    steps = np.arange(0, 60, phrase + pause)
    sounds = tuple(Sound(symbol="a", start=start, end=start + phrase) for start in steps)
    return plan(make_shot(sounds, seconds=60.0, seed=seed, mode=Mode.LIPSYNC))


def blinks(motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    """The frames on which lids are lowest, and how low they are."""
    lids = motion.blink
    lowest = np.flatnonzero((lids[1:-1] > 0.05) & (lids[1:-1] > lids[:-2]) & (lids[1:-1] >= lids[2:])) + 1
    return lowest, lids[lowest]


def test_most_blinks_fall_on_the_end_of_a_phrase() -> None:
    within = np.concatenate([blinks(minute(seed))[0] / 25 % 2.5 for seed in range(1, 9)])
    near = (within > 2.05) | (within < 0.1)
    assert near.mean() > 0.55, "a pause is a fifth of the time"


def test_some_blinks_are_partial_and_some_looks_are_half_closed() -> None:
    motions = [minute(seed) for seed in range(1, 9)]
    depths = np.concatenate([blinks(motion)[1] for motion in motions])
    assert 0.6 < (depths > 0.8).mean() < 0.9
    assert ((depths > 0.2) & (depths < 0.4)).any()
    assert 8 * 10 < len(depths) < 8 * 30


def test_videos_of_one_text_blink_each_in_their_own_way() -> None:
    found = {tuple(blinks(minute(seed))[0].tolist()) for seed in range(1, 9)}
    assert len(found) == 8
