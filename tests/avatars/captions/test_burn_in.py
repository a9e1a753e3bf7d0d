"""Burnt-in captions: the author's words, on time, legible, and off the face."""

import itertools
import re

import jieba
import numpy as np
import pytest
from PIL import Image, ImageDraw

from avatars.ai_label.video_label import Mark
from avatars.captions import srt as captions
from avatars.captions.burn_in import ACCENT, WEIGHT, CaptionPainter
from avatars.framing import fonts
from avatars.framing.scene import Captions, Scene
from avatars.media import ffmpeg
from avatars.pipeline import script_to_video
from tests.avatars.captions.test_srt import TEXTS, make_tokens
from tests.avatars.support.fake_engines import Light, Tone
from tests.avatars.support.specs import make_spec

SIZES = {"9:16": (720, 1280), "1:1": (720, 720), "16:9": (1280, 720), "portrait": (576, 720), "small": (360, 480)}
FPS = 25
# The suite has all texts in the smallest picture, and the first text in all.
SHOWN = [
    pytest.param(
        *(text, size),
        id=f"{name}-{number}",
        marks=[] if number == 0 or name == "small" else pytest.mark.thorough,
    )
    for name, size in SIZES.items()
    for number, text in enumerate(TEXTS)
]


def make_subtitles(text, size, *, karaoke=True, **options):
    return CaptionPainter(captions.cues(text, make_tokens(text)), size, fps=FPS, karaoke=karaoke, **options)


def frames_of(text):
    return range(round((make_tokens(text)[-1].end + 0.5) * FPS))


def drawn(subtitles, size, number, grey=90):
    frame = np.full((size[1], size[0], 3), grey, np.uint8)
    subtitles.draw(frame, number)
    return frame


def screens(subtitles, text):
    """What is read from the first frame to the last, each screen once."""
    lines = [tuple(subtitles.lines(number)) for number in frames_of(text)]
    return [screen for screen, _ in itertools.groupby(lines) if screen]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_the_words_on_the_screen_are_those_of_the_script(text, size):
    shown = "".join("".join(screen) for screen in screens(make_subtitles(text, size), text))
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", text)


@pytest.mark.parametrize(("text", "size"), SHOWN)
def test_captions_stay_in_the_safe_area_and_off_the_mark(text, size):
    subtitles, (width, height) = make_subtitles(text, size), size
    box, mark = subtitles.box, Mark(*size)
    outside = np.ones((height, width), bool)
    outside[box.place] = False
    text_area = np.zeros((height, width), bool)
    for number in frames_of(text)[:: FPS // 2]:
        frame = drawn(subtitles, size, number)
        assert (frame[outside] == 90).all()
        text_area |= frame.min(axis=2) > 200
    rows, columns = np.nonzero(text_area)
    assert columns.min() >= 0.05 * width
    assert columns.max() <= 0.95 * width
    assert rows.max() <= (0.86 if height > 1.4 * width else 0.94) * height
    assert rows.min() > 0.6 * height, "the face is above"
    assert box.y > mark.y + mark.height
    assert all(len(screen) <= 2 for screen in screens(subtitles, text))


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("text", [TEXTS[0], TEXTS[2], TEXTS[4]])
def test_no_line_ends_within_a_word(text, size):
    whole = "".join(text.split())
    ends = set(
        itertools.accumulate(
            len("".join(line.split())) for s in screens(make_subtitles(text, size), text) for line in s
        )
    )
    place = 0
    for word in jieba.cut(whole):
        if re.fullmatch(r"[\u4e00-\u9fff]+", word):
            assert not ends & set(range(place + 1, place + len(word))), word
        place += len(word)


def test_english_lines_end_between_words():
    for screen in screens(make_subtitles(TEXTS[1], SIZES["9:16"]), TEXTS[1]):
        assert all(f" {line} " in f" {TEXTS[1]} " for line in screen)


def test_lines_of_a_caption_are_about_even():
    text = "新员工入职培训下周一上午九点开始"
    (screen,) = screens(make_subtitles(text, SIZES["9:16"]), text)
    lengths = [len(line) for line in screen]
    assert len(lengths) == 2
    assert max(lengths) <= 1.5 * min(lengths)


def golden(frame):
    """Pixels in the colour of what was spoken."""
    return int((np.abs(frame.astype(int) - ACCENT).max(axis=2) < 24).sum())


def test_karaoke_captions_fill_with_colour_and_plain_ones_stay_white():
    text, size = TEXTS[0], SIZES["1:1"]
    subtitles, cue = make_subtitles(text, size), captions.cues(text, make_tokens(text))[0]
    numbers = range(round(cue.start * FPS), round(cue.end * FPS) - 1)
    filled = [golden(drawn(subtitles, size, number)) for number in numbers]
    assert filled == sorted(filled)
    assert len(set(filled)) > 0.8 * len(filled) - FPS
    assert filled[0] < 0.1 * filled[-1]
    plain = make_subtitles(text, size, karaoke=False)
    assert golden(drawn(plain, size, numbers[-1])) == 0
    assert (drawn(plain, size, numbers[-1]) == 255).all(axis=2).sum() > 500


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_captions_are_read_on_any_background(grey):
    frame = drawn(make_subtitles(TEXTS[0], SIZES["1:1"], karaoke=False), SIZES["1:1"], 20, grey=grey)
    letters = frame.min(axis=2) == 255 if grey < 255 else None
    dark = frame.max(axis=2) < 70
    assert dark.sum() > 400, "an edge around the letters"
    if letters is not None:
        assert letters.sum() > 400


def test_what_stands_at_the_bottom_lifts_the_captions():
    size = SIZES["16:9"]
    high = make_subtitles(TEXTS[0], size, floor=560)
    rows = np.nonzero((drawn(high, size, 20) != 90).any(axis=(1, 2)))[0]
    assert 500 < rows.max() < 560 + 0.05 * size[1]


def test_an_emoji_is_a_picture_and_not_a_box():
    pieces = list(fonts.runs("好😊的", 40, WEIGHT))
    assert [piece for piece, _ in pieces] == ["好", "😊", "的"]
    missing = bytes(fonts.noto(40, WEIGHT).getmask(fonts.NOWHERE))
    assert all(bytes(font.getmask(piece)) != missing for piece, font in pieces)


def test_the_frames_show_the_words_of_the_caption_file(tmp_path):
    text = "你好，世界。很高兴认识你！"
    videos = [
        script_to_video.make(
            make_spec(text=text, longest=480, scene=Scene(captions=way), mode="lipsync"),
            tmp_path / way,
            speech=Tone(),
            engine=Light(),
        )
        for way in (Captions.OFF, Captions.PLAIN)
    ]
    size = (videos[0].width, videos[0].height)
    bare, written = (list(ffmpeg.frames(video.video, size, grey=True)) for video in videos)
    tokens = Tone().speak(text, voice="a").tokens
    srt = videos[1].captions.read_text(encoding="utf-8")
    assert srt == captions.srt(text, tokens)
    cues = captions.cues(text, tokens)
    assert len(cues) == 2
    subtitles = CaptionPainter(cues, size, fps=FPS, karaoke=False)
    for index, cue in enumerate(cues):
        number = round((cue.start + cue.end) / 2 * FPS)
        light = written[number].astype(float) - bare[number]
        right, wrong = (likeness(light[subtitles.box.place], each.text, size) for each in (cue, cues[1 - index]))
        assert right > 0.6
        assert right > wrong + 0.2
    assert np.abs(written[2].astype(int) - bare[2])[subtitles.box.place].max() < 40, "nothing before the first word"


def likeness(seen, words, size):
    """How much pixels look like these words, drawn here without what is tested: the best over places."""
    height = round(min(size) * 0.057)
    font = fonts.noto(height, WEIGHT)
    page = Image.new("L", (seen.shape[1], seen.shape[0]))
    ImageDraw.Draw(page).text((seen.shape[1] / 2, seen.shape[0] / 2), words, fill=255, font=font, anchor="mm")
    ink = np.asarray(page, float)
    a, b = np.fft.rfft2(ink - ink.mean()), np.fft.rfft2(seen - seen.mean())
    match = np.fft.irfft2(np.conj(a) * b, s=seen.shape).max()
    return match / (np.linalg.norm(ink - ink.mean()) * np.linalg.norm(seen - seen.mean()) + 1e-9)
