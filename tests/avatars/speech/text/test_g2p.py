"""Graphemes to phonemes, in Chinese and English."""

import pytest

from avatars.speech.text.g2p import NOWHERE, aspirate, mandarin_syllable, phonemes
from avatars.speech.text.script import Language


def said(text: str, language: Language) -> str:
    return "".join(phoneme.symbol for phoneme in phonemes(text, language))


@pytest.mark.parametrize(
    ("pinyin", "ipa"),
    [("ni3", "ni↓"), ("hao3", "xau↓"), ("shi4", "ʂɨ↘"), ("zi5", "ʦɨ"), ("nv3", "ny↓"), ("㗎", "")],
)
def test_a_syllable_has_its_tone_as_an_arrow(pinyin: str, ipa: str) -> None:
    assert mandarin_syllable(pinyin) == ipa


def test_characters_of_several_readings_follow_their_word() -> None:
    assert said("银行行长", Language.CHINESE).replace(" ", "") == "i↗nxa↗ŋxa↗ŋꭧa↓ŋ"


def test_english_words_know_their_neighbours() -> None:
    assert said("the apple", Language.ENGLISH) == "ði ˈæpᵊl"
    assert said("the company", Language.ENGLISH) == "ðə kˈʌmpᵊni"


def test_english_in_chinese_is_aspirated() -> None:
    assert said("打开PPT。", Language.CHINESE) == "ta↓kʰai→ pʰˈi pʰˈi tʰˈi."
    assert said("PPT.", Language.ENGLISH) == "pˌipˌitˈi."


@pytest.mark.parametrize(
    ("plain", "aspirated"),
    [("tˈim", "tʰˈim"), ("stˈɑp", "stˈɑp"), ("ʧˈæt", "ꭧʰˈæt"), ("mˈiTɪŋ", "mˈitʰɪŋ")],
)
def test_only_what_a_vowel_follows_is_aspirated(plain: str, aspirated: str) -> None:
    assert aspirate(plain) == aspirated


@pytest.mark.parametrize(
    ("text", "language", "heard"),
    [
        ("IT部门", Language.CHINESE, "ˈI tʰˈi"),
        ("我们的CEO", Language.CHINESE, "sˈi ˈi ˈO"),
        ("发给HR。", Language.CHINESE, "ˈAꭧʰ ˈɑɹ"),
        ("Our CEO speaks.", Language.ENGLISH, "sˌiˌiˈO"),
        ("Ask the IT department.", Language.ENGLISH, "ˌItˈi"),
        ("the US market", Language.ENGLISH, "jˌuˈɛs"),
        ("GIVE IT TO US", Language.ENGLISH, "ɪt"),
        ("Ask us about it.", Language.ENGLISH, "ɪt"),
        ("公司的WiFi", Language.CHINESE, "wˈIfˌI"),
        ("WIFI", Language.CHINESE, "wˈIfˌI"),
        ("Send JSON.", Language.ENGLISH, "ʤˈAsᵊn"),
        ("按SOP做", Language.CHINESE, "ˈɛs ˈO pʰˈi"),
    ],
)
def test_capitals_are_letters_unless_everything_has_them(text: str, language: Language, heard: str) -> None:
    assert heard in said(text, language)


def test_every_sound_knows_its_character() -> None:
    text = "你好，Tom！"
    owners = {text[phoneme.at] for phoneme in phonemes(text, Language.CHINESE) if phoneme.at != NOWHERE}
    assert owners == {"你", "好", "T"}


def test_signs_become_pauses_without_stray_spaces() -> None:
    assert said("好 ， 好……  ", Language.CHINESE) == "xau↓, xau↓…"


@pytest.mark.parametrize("text", ["Привет", "☃", "", "，。", "안녕"])
def test_what_nobody_can_say_has_no_sound(text: str) -> None:
    assert all(phoneme.at == NOWHERE for phoneme in phonemes(text, Language.CHINESE))
