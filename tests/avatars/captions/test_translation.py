"""Captions in the language that is not spoken: beside their own sentence where there is one, else spread."""

import numpy as np
import pytest

from avatars.captions import srt, translation
from avatars.framing.scene import Captions, Corner, Logo, Scene
from avatars.pipeline.overlays import Overlays
from tests.avatars.captions.test_burn_in import FPS, SIZES
from tests.avatars.captions.test_srt import make_tokens
from tests.support.paths import PHOTOGRAPH

SPOKEN = "大家好。今天我们看新的流程！请提问吗？"
OTHER = "Hello everyone. Today we look at the new process! Any questions?"


def shown(text: str, words: str) -> list[tuple[str, float, float]]:
    return [(cue.text, cue.start, cue.end) for cue in translation.cues(text, make_tokens(text), words)]


def test_each_sentence_is_shown_while_its_own_is_spoken():
    spoken = srt.cues(SPOKEN, make_tokens(SPOKEN))
    found = shown(SPOKEN, OTHER)
    assert [words for words, _start, _end in found] == [
        "Hello everyone.",
        "Today we look at the new process!",
        "Any questions?",
    ]
    assert [start for _words, start, _end in found] == pytest.approx([cue.start for cue in spoken])
    assert found[-1][2] == pytest.approx(spoken[-1].end)


def test_other_sentences_are_spread_over_the_scene_by_length():
    found = shown(SPOKEN, "Hello. Please ask away now, all of you.")
    tokens = make_tokens(SPOKEN)
    assert (found[0][1], found[-1][2]) == pytest.approx((tokens[0].start, tokens[-1].end))
    lengths = [end - start for _words, start, end in found]
    assert lengths[1] / lengths[0] == pytest.approx(len(found[1][0]) / len(found[0][0]))


def test_a_long_sentence_is_shown_in_lines_one_after_the_other():
    long = "This sentence has so many words, and says so little, that no line of a video could hold all of them."
    found = shown("今天我们看新的流程。", long)
    assert " ".join(words for words, _start, _end in found) == long
    assert all(srt.width(words) <= srt.LINE for words, _start, _end in found)
    assert [end for _words, _start, end in found[:-1]] == [start for _words, start, _end in found[1:]]


def test_marks_are_not_shown_and_silence_has_no_captions():
    assert [words for words, *_times in shown("[欢快]大家好。", "[cheerful] Hello.")] == ["Hello."]
    assert translation.cues("……", [], "Hello.") == []
    assert shown(SPOKEN, "…") == []


def test_lines_of_a_dialogue_share_the_sentences_by_length():
    assert translation.shared("Good morning to all. Hello! Shall we begin?", [6, 2, 4]) == [
        "Good morning to all.",
        "Hello!",
        "Shall we begin?",
    ]
    assert translation.shared("One.", [5, 5]) == ["One.", ""]
    assert translation.shared("", [5, 5]) == ["", ""]


def rows_of_letters(frame) -> list[tuple[int, int]]:
    """The first and the last row of each line of white letters."""
    white = np.flatnonzero((frame.min(axis=2) == 255).any(axis=1))
    parts = np.split(white, np.flatnonzero(np.diff(white) > 2) + 1)
    return [(int(part[0]), int(part[-1])) for part in parts if len(part) > 4]


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("has_logo", [False, True])
def test_the_second_language_is_smaller_and_below_the_first(size, has_logo):
    words, tokens = ("白日依山尽", "欲穷千里目"), make_tokens("白日依山尽")
    first, second = (srt.cues(text, tokens) for text in words)
    logo = Logo(picture=PHOTOGRAPH, corner=Corner.LOWER_LEFT) if has_logo else None
    scene = Scene(captions=Captions.PLAIN, logo=logo)
    frames = []
    for shown in ((first, None), (first, second)):
        frame = np.full((size[1], size[0], 3), 90, np.uint8)
        over = Overlays(scene, shown[0], size, fps=FPS, second=shown[1])
        # The logo would be mistaken for letters.
        over._logo = None
        over.draw(frame, 10)
        frames.append(rows_of_letters(frame[size[1] // 2 :]))
    (alone,), (above, below) = frames
    assert above[1] < below[0]
    assert below[1] - alone[1] <= 0.01 * size[1]
    assert 0.55 < (below[1] - below[0]) / (above[1] - above[0]) < 0.85
    boxes = Overlays(scene, first, size, fps=FPS, second=second).covered
    assert all(any(box.y <= row + size[1] // 2 < box.y + box.height for box in boxes) for row in (above[0], below[1]))
