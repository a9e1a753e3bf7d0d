"""Marks of moods and paces, and what the words of a sentence suggest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatars.captions.srt import srt
from avatars.speech.base import Token
from avatars.speech.synthesis.plan import plan
from avatars.speech.synthesis.read_preview import read
from avatars.speech.text.lint import Code
from avatars.speech.text.normalisation import Normaliser
from avatars.speech.text.script import clean
from avatars.speech.text.speaking_style import Mood, blanked, marks, suggested_mood, without_marks

SCRIPT = "[cheerful] 早上好。今天开会。【严肃，慢】请准时。\n[Very Fast]\nSee you there."


def said(text: str, **wishes) -> list[tuple[Mood, float]]:
    runs = plan(text, Normaliser(), lambda symbol: True, **wishes)
    return [(run.style.mood, run.style.pace) for run in runs]


def test_a_mark_holds_for_its_sentence_alone():
    neutral = (Mood.NEUTRAL, 1.0)
    assert said(SCRIPT) == [(Mood.CHEERFUL, 1.0), neutral, (Mood.SERIOUS, 0.85), (Mood.NEUTRAL, 1.3)]


MARKS = ["[calm]", "【平静】", "［平静］", "[ CALM ]", "[slow][calm]", "[慢、平静]", "[serious] [calm]"]


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_is_typed_in_either_language(mark):
    ((mood, _pace),) = said(f"{mark}你好。")
    assert mood is Mood.CALM


def test_the_default_mood_is_that_of_sentences_without_a_mark():
    assert [mood for mood, _ in said("[calm]你好。再见。", mood=Mood.WARM)] == [Mood.CALM, Mood.WARM]


@pytest.mark.parametrize(
    ("sentence", "mood"),
    [
        ("大家早上好，我是小雅。", Mood.WARM),
        ("Welcome to the team!", Mood.WARM),
        ("恭喜你通过考核！", Mood.CHEERFUL),
        ("很抱歉，会议取消了！", Mood.SORRY),
        ("We apologise for the delay.", Mood.SORRY),
        ("你明天来吗？", Mood.CURIOUS),
        ("危险，请立即离开！", Mood.SERIOUS),
        ("Do not open this door!", Mood.SERIOUS),
        ("会议在三点。", None),
        ("This history is long.", None),
    ],
)
def test_words_and_marks_of_a_sentence_suggest_its_mood(sentence, mood):
    assert suggested_mood(sentence) is mood


def test_moods_by_the_words_can_be_switched_off_and_overruled():
    text = "恭喜你！[serious]恭喜你！"
    assert [mood for mood, _ in said(text)] == [Mood.NEUTRAL, Mood.SERIOUS]
    assert [mood for mood, _ in said(text, automatic=True)] == [Mood.CHEERFUL, Mood.SERIOUS]


def test_marks_are_neither_spoken_nor_shown_in_captions():
    text = "[慢]你好。[cheerful] Hello."
    runs = plan(text, Normaliser(), lambda symbol: True)
    spoken = [text[place.offset :][: place.length] for run in runs for place in run.places if place.length]
    assert spoken == ["你", "好", "Hello"]
    tokens = [Token(offset=text.index(word), length=len(word), start=at, end=at + 1) for at, word in enumerate(spoken)]
    captions = srt(text, tokens)
    assert "你好。" in captions
    assert "Hello." in captions
    assert not set("[]慢") & set(captions)
    assert without_marks(text) == "你好。Hello."


def test_what_is_no_mark_stays_as_it_was():
    text = "[注意] 会议[1]在三点。[文档](https://a.example) 【通知】"
    assert list(marks(text)) == []
    assert (blanked(text), without_marks(text)) == (text, text)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("[excited] Hello there.", [Code.UNKNOWN_MARK]),
        ("你好。[激动]再见。", [Code.UNKNOWN_MARK]),
        ("今天[慢]开会。", [Code.INNER_MARK]),
        ("[slow] 今天开会。[快]\n再见。", []),
        ("[文档](https://a.example)在这里。", [Code.LINK]),
    ],
)
def test_the_author_is_told_of_marks_that_do_nothing(text, codes):
    found = [remark.code for remark in read(text, (), Normaliser()).remarks]
    assert [code for code in found if code in {Code.UNKNOWN_MARK, Code.INNER_MARK, Code.LINK}] == codes


@given(st.lists(st.sampled_from([*"[]【】慢 .。a\n", "calm", "very slow", "[快]", "[["]), max_size=40).map("".join))
def test_no_text_loses_its_places(text):
    assert len(blanked(text)) == len(clean(text)) == len(text)
    assert list(marks(blanked(text))) == list(marks(without_marks(text))) == []
