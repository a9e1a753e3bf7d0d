"""Text normalisation: numbers, dates, units and symbols as they are read."""

import pytest

from avatars.speech.text.normalisation import Normaliser
from avatars.speech.text.numerals import chinese_cardinal
from avatars.speech.text.script import Language, clean, language_of, sentences
from tests.avatars.speech.text.chinese_normalisation_cases import CHINESE
from tests.avatars.speech.text.english_normalisation_cases import ENGLISH


@pytest.fixture(scope="module")
def normaliser() -> Normaliser:
    return Normaliser()


def spoken(normaliser: Normaliser, text: str, language: Language) -> str:
    words, position = "", 0
    for reading in normaliser.readings(text, language):
        assert reading.offset >= position
        words += text[position : reading.offset] + reading.spoken
        position = reading.offset + reading.length
    return words + text[position:]


@pytest.mark.parametrize(("written", "expected"), CHINESE)
def test_chinese_is_read_as_people_say_it(normaliser: Normaliser, written: str, expected: str) -> None:
    assert spoken(normaliser, written, Language.CHINESE) == expected


@pytest.mark.parametrize(("written", "expected"), ENGLISH)
def test_english_is_read_as_people_say_it(normaliser: Normaliser, written: str, expected: str) -> None:
    assert spoken(normaliser, written, Language.ENGLISH) == expected


@pytest.mark.parametrize(
    "odd", ["#1", "1.", "++", "1/0/1", "$", "%%5", "0", "٣", "½", "1e9", "9" * 40, "1:2:3:4", "@1@"]
)
@pytest.mark.parametrize("language", list(Language))
def test_odd_numbers_never_fail(normaliser: Normaliser, odd: str, language: Language) -> None:
    assert spoken(normaliser, odd, language)


@pytest.mark.parametrize(
    ("digits", "words"),
    [("0", "零"), ("10", "十"), ("105", "一百零五"), ("2000", "两千"), ("10010", "一万零一十"), ("100000000", "一亿")],
)
def test_chinese_numbers_have_their_zeros(digits: str, words: str) -> None:
    assert chinese_cardinal(digits) == words


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("**你好**，[官网](https://a.com/x)见！😊", "你好，官网见！"),
        ("# 标题", "标题"),
        ("- 第一项", "第一项"),
        ("看 https://example.com/a?b=1，谢谢", "看，谢谢"),
        ("`code` and <b>bold</b>", "codeandbold"),
        ("１２３ＡＢＣ％", "123ABC%"),
        ("3*4=12", "3*4=12"),
        ("20%~30%", "20%~30%"),
        ("ok👍🏽 👨‍👩‍👧 1️⃣", "ok1"),
    ],
)
def test_what_is_not_speech_is_blanked_in_place(written: str, left: str) -> None:
    assert len(clean(written)) == len(written)
    assert clean(written).replace(" ", "") == left


def test_sentences_end_where_people_pause() -> None:
    text = "你好！Mr. Smith paid $3.50. 然后走了。e.g. this\n最后"
    assert [sentence.text.strip() for sentence in sentences(text)] == [
        "你好！",
        "Mr. Smith paid $3.50.",
        "然后走了。",
        "e.g. this",
        "最后",
    ]
    assert all(text[s.offset : s.offset + len(s.text)] == s.text for s in sentences(text))


def test_each_sentence_has_its_language() -> None:
    text = "请打开Excel。Please open the file. 808."
    assert [sentence.language for sentence in sentences(text)] == ["zh", "en", "en"]
    assert language_of("12345", fallback=Language.ENGLISH) is Language.ENGLISH


@pytest.mark.parametrize("language", list(Language))
def test_digits_of_other_scripts_are_read_like_ours(normaliser: Normaliser, language: Language) -> None:
    cleaned = clean("第٣٤页，A٣型，２０२６年3月，$٣")
    assert cleaned == "第34页，A3型，2026年3月，$3"
    assert normaliser.readings(cleaned, language)
