"""Videos of scenes: one picture and one sound, labelled and checked as any, and drawn no more often than needed."""

from typing import ClassVar

import numpy as np
import pytest
from PIL import Image

from avatars.ai_label import video_label
from avatars.exceptions import MediaError, OutputError
from avatars.framing.scene import Captions, Format, Scene
from avatars.media import audio_segments, ffmpeg
from avatars.media.file_cache import FileCache
from avatars.pipeline import script_to_video
from avatars.pipeline.setups import digest_of
from avatars.pipeline.speech_source import SpeechSource
from avatars.pipeline.stages import Stage
from avatars.scenes.layouts import places
from avatars.scenes.spec import Deck, Layout, Partner, Pointing, SceneSpec
from avatars.speech.base import NATURAL
from avatars.speech.text.speaking_style import Mood
from tests.avatars.pipeline.test_spoken_segments import Joining
from tests.avatars.support.fake_engines import Light, Sentences, Tone
from tests.avatars.support.specs import make_spec
from tests.support.paths import PHOTOGRAPH

TEXT = "你好。\n\n看这里。"
SECOND = 5
SIZE = (240, 240)  # what `make_spec` allows at most: a ninth of the pixels that a person gets


@pytest.fixture(scope="module")
def slide(tmp_path_factory):
    path = tmp_path_factory.mktemp("slides") / "slide.png"
    Image.new("RGB", (160, 90), (0, 170, 0)).save(path)
    return path


@pytest.fixture(scope="module")
def scenes(tmp_path_factory, slide):
    """A video of two scenes, and what was heard while it was made."""
    heard = []
    return film(tmp_path_factory.mktemp("scenes"), slide, progress=lambda *news: heard.append(news)), heard


def film(tmp_path, slide, *, engine=None, cache=None, progress=None, name="scenes", music=None, publish=None, **scene):
    second = {"layout": Layout.HUMAN_RIGHT, "slide": slide, "pointings": (Pointing(offset=SECOND, x=50, y=50),)}
    scenes = (SceneSpec(begin=0, layout=Layout.HUMAN, name="王芳"), SceneSpec(begin=SECOND, **(second | scene)))
    spec = make_spec(
        text=TEXT,
        content_id=name,
        scene=Scene(format=Format.SQUARE, captions=Captions.PLAIN),
        deck=Deck(scenes=scenes, music=music),
    )
    made_of = {"speech": Tone(), "engine": engine or Light(), "segment_cache": cache, "progress": progress}
    made_of["publish"] = publish
    return script_to_video.make(spec, tmp_path / "out", **made_of)


def test_scenes_become_one_labelled_video(scenes):
    video, heard = scenes
    assert (video.width, video.height) == SIZE
    label = video_label.examine(video.video, "scenes")
    assert (label.faults, label.frames) == ((), video.frames)
    frames = list(ffmpeg.frames(video.video, SIZE))
    greens = [tuple(frame[100, 20].astype(int)) for frame in (frames[5], frames[-5])]
    assert greens[0] != greens[1]
    assert greens[1][1] > 120 > greens[1][0]
    assert "看这里" in video.captions.read_text(encoding="utf-8")
    assert video.translated_captions is None
    shares = [share for stage, share in heard if stage is Stage.ANIMATING]
    assert len(shares) >= video.frames
    assert shares == sorted(shares)


def test_captions_in_the_other_language_are_kept_and_streamed_beside_the_others(tmp_path, slide):
    parts = []
    video = film(tmp_path, slide, translation="Look here.", publish=parts.append)
    assert video.translated_captions is not None
    number, times, words = video.translated_captions.read_text(encoding="utf-8").splitlines()
    assert (number, words) == ("1", "Look here.")
    assert times.split(" --> ")[1] == video.captions.read_text(encoding="utf-8").splitlines()[5].split(" --> ")[1]
    shown = [part.translated_captions for part in parts if part.translated_captions]
    assert [f"{times.replace(',', '.')}\nLook here." in words for words in shown] == [True]


def test_only_the_scene_that_changed_is_drawn_again(tmp_path, slide):
    engine, cache = Joining(), FileCache(tmp_path / "pieces")
    film(tmp_path, slide, engine=engine, cache=cache)
    assert len(engine.drawn) == 2
    film(tmp_path, slide, engine=engine, cache=cache, name="again")
    assert len(engine.drawn) == 2
    film(tmp_path, slide, engine=engine, cache=cache, name="moved", layout=Layout.CORNER)
    assert len(engine.drawn) == 3


def talk(tmp_path, *, engine=None, cache=None, name="talk", speech=None, other=None, text=TEXT, **moods):
    partner = Partner(portrait=PHOTOGRAPH, speech_engine="tone", voice="b", **moods)
    lines = tuple(SceneSpec(begin=begin, layout=Layout.DIALOGUE, speaker=who) for begin, who in ((0, 0), (SECOND, 1)))
    deck = Deck(scenes=lines, partner=partner)
    spec = make_spec(text=text, content_id=name, scene=Scene(format=Format.SQUARE), deck=deck)
    made_of = {"speech": speech or Tone(), "engine": engine or Light(), "segment_cache": cache}
    partners = SpeechSource(engine=other) if other else None
    return script_to_video.make(spec, tmp_path / "out", partner=partners, **made_of)


def test_two_are_in_a_dialogue_and_one_mouth_moves_at_a_time(tmp_path):
    video = talk(tmp_path)
    assert video_label.examine(video.video, "talk").faults == ()
    place = places(Layout.DIALOGUE, SIZE, captions=False)
    frames = [frame.astype(int) for frame in ffmpeg.frames(video.video, SIZE)]
    half = len(frames) // 2
    for box, speaks, listens in (
        (place.human, frames[:half], frames[half:]),
        (place.partner, frames[half:], frames[:half]),
    ):
        assert box is not None
        y, x = box.y + box.height * 9 // 16, box.x + box.width * 9 // 16
        heard, silent = ([frame[y, x].mean() for frame in part] for part in (speaks, listens))
        assert max(heard) - min(heard) > 100 > 30 > max(silent) - min(silent)


def test_each_speaker_has_its_own_voice(tmp_path):
    class Other(Tone):
        heard: ClassVar = []

        def speak(self, text, *, voice, **options):
            self.heard.append((text.strip(), voice))
            return super().speak(text, voice=voice, **options)

    talk(tmp_path, other=Other())
    assert Other.heard == [("看这里。", "b")]


@pytest.mark.thorough
def test_each_speaker_has_its_own_mood(tmp_path):
    class Moody(Sentences):
        heard: ClassVar = []

        def parts(self, text, *, manner=NATURAL, **options):
            self.heard.append((text.strip(), manner.mood, manner.automatic))
            return super().parts(text.rstrip(), manner=manner, **options)

    talk(tmp_path, speech=Moody(), mood=Mood.CHEERFUL, automatic_mood=True)
    assert Moody.heard == [("你好。", Mood.NEUTRAL, False), ("看这里。", Mood.CHEERFUL, True)]


@pytest.mark.thorough
def test_a_dialogue_is_cached_under_both_portraits(tmp_path):
    engine, cache = Joining(), FileCache(tmp_path / "pieces")
    talk(tmp_path, engine=engine, cache=cache)
    talk(tmp_path, engine=engine, cache=cache, name="again")
    assert len(engine.drawn) == 4, "two people in two lines, once"
    assert len({setup.folder for setup in engine.drawn}) == 2
    assert cache.purge_part(digest_of(PHOTOGRAPH)) == 2
    assert cache.purge() == 0


def test_a_listener_that_is_black_leaves_no_video(tmp_path):
    class Half(Light):
        def follow(self, setup, speech):
            self.fault = "" if any(sound.symbol for sound in speech.whole().sounds) else "black"
            return super().follow(setup, speech)

    with pytest.raises(OutputError) as caught:
        talk(tmp_path, engine=Half())
    assert caught.value.code == "black"


@pytest.mark.parametrize(
    "fault", ["frozen", *(pytest.param(fault, marks=pytest.mark.thorough) for fault in ("short", "black"))]
)
def test_a_human_that_fails_in_a_scene_leaves_no_video(tmp_path, slide, fault):
    with pytest.raises(OutputError):
        film(tmp_path, slide, engine=Light(fault=fault))
    assert list((tmp_path / "out").iterdir()) == []


def test_a_slide_is_opened_before_anything_is_spoken(tmp_path):
    heard = []
    with pytest.raises(MediaError):
        film(tmp_path, tmp_path / "gone.png", progress=lambda *news: heard.append(news))
    assert heard == []


def test_the_sound_of_scenes_is_in_its_place(scenes):
    video, _heard = scenes
    sound = np.abs(ffmpeg.samples(video.video, 8000))
    assert sound[: 8000 * 3 // 10].max() < 0.01 < 0.05 < sound[round(0.45 * 8000) : 8000].max()


@pytest.mark.thorough
def test_music_is_heard_in_the_pause_before_the_first_word(tmp_path, slide, scenes):
    song = tmp_path / "song.wav"
    audio_segments.write_wav(song, (0.3 * np.sin(np.arange(48_000) * 0.1)).astype(np.float32), 24_000)
    with_music = ffmpeg.samples(film(tmp_path, slide, music=song).video, 8000)
    without = ffmpeg.samples(scenes[0].video, 8000)
    pause = slice(round(0.2 * 8000), round(0.35 * 8000))
    assert np.abs(with_music[pause]).max() > 0.004 > np.abs(without[pause]).max()


def test_broken_music_is_named_before_anything_is_spoken(tmp_path, slide):
    song, heard = tmp_path / "song.mp3", []
    song.write_bytes(b"no music")
    with pytest.raises(MediaError) as caught:
        film(tmp_path, slide, music=song, progress=lambda *news: heard.append(news))
    assert (caught.value.code, heard) == ("music_broken", [])
