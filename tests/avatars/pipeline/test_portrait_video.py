"""A video whose portrait is a video: labelled, captioned, streamed and framed like any other."""

from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from avatars.ai_label import video_label
from avatars.engines.base import RenderEngine
from avatars.exceptions import MediaError
from avatars.framing.scene import Captions, Format, Scene
from avatars.media import ffmpeg
from avatars.pipeline.portrait_video import ways
from avatars.pipeline.script_to_video import FinishedVideo, make
from avatars.scenes.spec import Deck, Layout, Partner, SceneSpec
from tests.avatars.support.drawings import KeptPuppet
from tests.avatars.support.fake_engines import Light, Tone
from tests.avatars.support.specs import make_spec
from tests.fixtures.portrait_videos import Acted
from tests.support.paths import PHOTOGRAPH


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def made(
    acted: Acted, folder: Path, cache: Path, *, engine: RenderEngine | None = None, **changes: Any
) -> FinishedVideo:
    still = folder / "still.png"
    Image.fromarray(acted.portrait).save(still)
    spec = replace(make_spec(portrait=still, portrait_video=acted.stored), **changes)
    return make(spec, folder, speech=Tone(), engine=engine or KeptPuppet(device="cpu"), cache_folder=cache)


def test_every_frame_of_it_is_labelled_in_any_format(acted: Acted, tmp_path: Path, cache: Path) -> None:
    scene = Scene(format=Format.SQUARE, captions=Captions.PLAIN)
    found = made(acted, tmp_path, cache, scene=scene)
    assert found.width == found.height
    assert found.notes == ()
    proof = video_label.examine(found.video, found.video.stem)
    assert (proof.faults, proof.frames) == ((), found.frames)


def test_an_engine_that_cannot_move_it_animates_one_frame(acted: Acted, tmp_path: Path, cache: Path) -> None:
    assert made(acted, tmp_path, cache, engine=Light()).notes == ("moving_still",)


@pytest.mark.thorough
def test_scenes_show_it_moving_from_scene_to_scene(acted: Acted, tmp_path: Path, cache: Path) -> None:
    layouts = (Layout.HUMAN, Layout.HUMAN_RIGHT, Layout.DIALOGUE)
    scenes = tuple(SceneSpec(begin=begin, layout=layout) for begin, layout in zip((0, 3, 6), layouts, strict=True))
    partner = Partner(portrait=PHOTOGRAPH, portrait_video=acted.stored, speech_engine="kokoro", voice="a")
    found = made(
        acted,
        tmp_path,
        cache,
        text="你好。世界。再见。",
        deck=Deck(scenes=scenes, partner=partner),
        scene=Scene(format=Format.SQUARE),
        mode="lipsync",
    )
    assert found.notes == ()
    proof = video_label.examine(found.video, found.video.stem)
    assert (proof.faults, proof.frames) == ((), found.frames)
    # With a still portrait, nothing above the eyes moves in this mode.
    size = found.width, found.height
    hair = [frame[23:67, 67:173].astype(int) for frame in islice(ffmpeg.frames(found.video, size), 20)]
    assert max(float(np.abs(each - hair[0]).mean()) for each in hair) > 4


def test_a_body_goes_on_where_the_scene_before_left_it(acted: Acted) -> None:
    marks = [np.zeros(40, bool), np.ones(25, bool), np.zeros(60, bool)]
    scenes = ways(acted.track, 1, marks)
    assert [len(each) > len(mark) for each, mark in zip(scenes, marks, strict=True)] == [True] * 3
    shown = [number for each, mark in zip(scenes, marks, strict=True) for number in each[: len(mark)]]
    assert max(abs(after - before) for before, after in pairwise(shown)) == 1


@pytest.mark.thorough
def test_segments_of_it_are_not_joined(acted: Acted, tmp_path: Path, cache: Path) -> None:
    assert made(acted, tmp_path, cache, cuts=(3,)).notes == ("in_one_piece",)


@pytest.mark.thorough
def test_its_idle_video_is_silent_and_labelled(acted: Acted, tmp_path: Path, cache: Path) -> None:
    found = made(acted, tmp_path, cache, text="", loop=3.0)
    assert (found.frames, found.words, found.notes) == (75, "", ())
    video_label.verify(found.video, found.video.stem)


def test_nothing_is_left_where_its_background_is_to_be_replaced(acted: Acted, tmp_path: Path, cache: Path) -> None:
    with pytest.raises(MediaError) as caught:
        made(acted, tmp_path, cache, scene=Scene(colour="#1f6feb"))
    assert caught.value.code == "moving_background"
    assert [path.name for path in tmp_path.iterdir()] == ["still.png"]
