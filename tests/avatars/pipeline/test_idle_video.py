"""An idle video: silent, labelled on every frame, without a seam."""

import itertools

import numpy as np
import pytest

from avatars.ai_label import video_label
from avatars.engines.base import Setup
from avatars.engines.puppet.engine import Puppet
from avatars.exceptions import OutputError
from avatars.inspection.expectations import Expected
from avatars.inspection.sound import check_sound
from avatars.media import ffmpeg
from avatars.pipeline import script_to_video
from avatars.pipeline.speech_source import silence
from avatars.portraits.portrait_validation import load
from tests.avatars.support.fake_engines import Light, Tone
from tests.avatars.support.specs import make_spec
from tests.support.paths import PHOTOGRAPH

SECONDS = 9.2


@pytest.fixture(scope="module")
def engine() -> Puppet:
    return Puppet()


@pytest.mark.thorough
def test_the_step_to_the_first_frame_is_no_larger_than_others(engine: Puppet) -> None:
    portrait = np.ascontiguousarray(load(PHOTOGRAPH)[::2, ::2][:256, :256])
    shot = Setup(portrait=portrait, loops=True, seed=7).with_speech(silence(SECONDS))
    frames = [frame.astype(np.int16) for frame in engine.animate(shot)]
    steps = [np.abs(after - before).mean() for before, after in itertools.pairwise(frames)]
    assert len(frames) == shot.frame_count == 230
    assert np.abs(frames[0] - frames[-1]).mean() <= np.median(steps)
    assert np.median(steps) > 0.05


def test_it_is_labelled_on_every_frame_and_silent(tmp_path, engine: Puppet) -> None:
    made = script_to_video.make(make_spec(text="", loop=2.0), tmp_path, speech=None, engine=engine)
    assert (made.frames, made.words) == (50, "")
    mark = video_label.Mark(made.width, made.height)
    area = (slice(mark.y, mark.y + mark.height), slice(mark.x, mark.x + mark.width))
    seen = [mark.likeness(frame[area]) for frame in ffmpeg.frames(made.video, (made.width, made.height), grey=True)]
    assert len(seen) == 50
    assert min(seen) > video_label.LIKENESS
    assert np.abs(ffmpeg.samples(made.video, 24_000)).max() < 0.001
    video_label.verify(made.video, "c0ffee")


def test_a_loop_with_sound_is_refused(tmp_path) -> None:
    spoken = script_to_video.make(make_spec(), tmp_path, speech=Tone(), engine=Light())
    loop = Setup(portrait=load(PHOTOGRAPH), loops=True).with_speech(silence(2.0))
    with pytest.raises(OutputError):
        check_sound(spoken.video, Expected(shot=loop))
