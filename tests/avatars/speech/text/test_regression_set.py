"""Sentences with characters and words of several readings, each read as people do. README has the rates of errors."""

import re

import pytest

from avatars.speech.text.g2p import english_words, mandarin_pinyin
from avatars.speech.text.script import HAN, Language, language_of
from tests.avatars.speech.text.homograph_cases import HOMOGRAPHS
from tests.avatars.speech.text.polyphone_cases import NAMES, PARTICLES, WORDS


def syllable(sentence: str, character: str) -> str:
    run: str = next(run for run in re.findall(f"[{HAN}]+", sentence) if character in run)
    return mandarin_pinyin(run)[run.index(character)]


@pytest.mark.parametrize("cases", [NAMES, PARTICLES, WORDS], ids=["names", "particles", "words"])
def test_characters_of_several_readings_are_told_apart(cases: tuple[tuple[str, str, str], ...]) -> None:
    read = [(sentence, character, syllable(sentence, character)) for sentence, character, _ in cases]
    assert [case for case in read if case not in cases] == []


def test_english_words_of_several_readings_are_told_apart() -> None:
    read = [
        (sentence, word, next(ipa for _, found, ipa, _ in english_words(sentence) if found == word))
        for sentence, word, _ in HOMOGRAPHS
    ]
    assert [case for case in read if case not in HOMOGRAPHS] == []


@pytest.mark.parametrize(
    "text", ["B2B和B2C业务", "iPhone15和A4纸", "KPI和OKR怎么写", "邮箱hr@openuser.cn", "HR、IT和PR的同事", "80/90后"]
)
def test_letters_and_codes_do_not_make_a_sentence_english(text: str) -> None:
    assert language_of(text, fallback=Language.ENGLISH) is Language.CHINESE
