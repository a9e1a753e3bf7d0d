import pytest

from avatars.speech.normalise import Normaliser
from avatars.speech.numerals import chinese_cardinal
from avatars.speech.script import Language, clean, language_of, sentences

pytestmark = pytest.mark.once

CHINESE = [
    ("会议在2026年3月15日下午3:30开始", "会议在二零二六年三月十五日下午三点三十分开始"),
    ("今天是2026-11-25 周三 9:00", "今天是二零二六年十一月二十五日 周三 九点"),
    ("电话13800138000，身高1.94米", "电话幺三八零零幺三八零零零，身高一点九四米"),
    ("打010-12345678或555-0199", "打零幺零幺二三四五六七八或五五五零幺九九"),
    ("请到808会议室", "请到八零八会议室"),
    ("工号00123", "工号零零幺二三"),
    ("共1,234人", "共一千二百三十四人"),
    ("一共12,345,678元", "一共一千二百三十四万五千六百七十八元"),
    ("价格¥8999和$19.99", "价格八千九百九十九元和十九点九九美元"),
    ("预算¥1,234.50", "预算一千二百三十四点五元"),
    ("增长25%", "增长百分之二十五"),
    ("气温-5℃", "气温负五摄氏度"),
    ("有2个人", "有两个人"),
    ("3-5天", "三到五天"),
    ("比分3:2", "比分三比二"),
    ("用GPT-4o和Win11", "用GPT四o和Win十一"),
    ("A4纸", "A四纸"),
    ("版本8.0.1", "版本八点零点一"),
    ("100+人", "一百多人"),
    ("第1,2章", "第一,二章"),
]
ENGLISH = [
    ("We meet at 3:30 pm.", "We meet at three thirty PM."),
    ("At 9 a.m. sharp", "At nine A.M. sharp"),
    ("Call 555-0199 now", "Call five five five, oh one nine nine now"),
    ("in room 808", "in room eight oh eight"),
    ("1,234 people", "one thousand two hundred and thirty-four people"),
    ("it costs $1,234.50", "it costs one thousand two hundred and thirty-four point five dollars"),
    ("it costs $19.99", "it costs nineteen point nine nine dollars"),
    ("a rate of 3.5", "a rate of three point five"),
    ("25% more", "twenty five percent more"),
    ("on March 15, 2026", "on the fifteenth of march, twenty twenty six"),
    ("the 3rd floor", "the third floor"),
    ("10-15 people", "ten to fifteen people"),
    ("in the 1990s", "in the nineteen nineties"),
    ("Dr. Smith", "doctor Smith"),
    ("write to hr@example.com", "write to hr at example dot com"),
]


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
    spoken(normaliser, odd, language)


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
