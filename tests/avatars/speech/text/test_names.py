"""Names that are read otherwise than their characters."""

import pytest

from avatars.speech.synthesis.lexicon_text import respelled
from avatars.speech.synthesis.plan import plan
from avatars.speech.synthesis.read_preview import read
from avatars.speech.text.g2p import syllables_of
from avatars.speech.text.lint import Lint
from avatars.speech.text.normalisation import Normaliser
from avatars.speech.text.polyphones import is_word
from avatars.speech.text.pronunciation_lexicon import Lexicon
from avatars.speech.text.pronunciations import Pronunciation
from avatars.speech.text.surnames import surname_reading
from core.text import chinese_words
from tests.avatars.speech.text.name_cases import NAMED


@pytest.fixture(scope="module", autouse=True)
def words():
    chinese_words.load()


@pytest.fixture(scope="module")
def normaliser():
    return Normaliser()


def entries(name: str) -> tuple[Pronunciation, ...]:
    reading = surname_reading(name)
    return (Pronunciation(token=name, reading=reading),) if reading else ()


def heard(lint: Lint, place: int) -> str:
    word = next(word for line in lint.lines for word in line.words if word.offset <= place < word.offset + word.length)
    return word.reading.split()[place - word.offset]


def test_names_of_the_directory_are_read_as_names_without_remarks(normaliser):
    wrong, remarks = [], []
    for name, sentence, characters, pinyin in NAMED:
        lint = read(sentence, entries(name), normaliser)
        start = sentence.index(characters)
        found = " ".join(heard(lint, start + number) for number in range(len(characters)))
        wrong += [(name, sentence, found)] if found != pinyin else []
        remarks += [(sentence, remark) for remark in lint.remarks]
    assert (wrong, remarks) == ([], [])


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("单雄信", "shan4"),
        ("尉迟恭", "yu4 chi2"),
        ("尉迟", "wei4"),
        ("王芳", ""),
        ("单", ""),
        ("Dan", ""),
        ("查询结果页", ""),
    ],
)
def test_only_whole_names_with_such_a_surname_have_a_reading(name, reading):
    assert surname_reading(name) == reading


def test_words_are_told_from_names_without_another_look_at_all_words():
    kinds = chinese_words.tagger().dt.word_tag_tab
    assert [is_word(name) for name in ("单位", "解放", "单丽", "曾志伟")] == [True, True, False, False]
    assert chinese_words.tagger().dt.word_tag_tab is kinds


def test_the_dictionary_reads_the_given_name_after_a_surname():
    assert syllables_of(Pronunciation(token="单单长乐", reading="shàn")) == ("shan4", "dan1", "chang2", "le4")
    assert syllables_of(Pronunciation(token="曾丽", reading="céng lí")) == ("ceng2", "li2")


def test_engines_that_know_only_text_get_another_surname():
    written = respelled("请单丽来。", entries("单丽")).text
    assert (written[0], written[2:]) == ("请", "丽来。")
    assert written[1] != "单"


def test_a_reading_changes_no_sentence_without_the_name(normaliser):
    def said(*known: Pronunciation) -> list[str]:
        runs = plan("单丽你好。欢迎来到总部。", normaliser, lambda symbol: True, lexicon=Lexicon(known))
        return ["".join(phoneme.symbol for phoneme in run.phonemes) for run in runs]

    first, rest = said(Pronunciation(token="单丽", reading="dān lì"))
    named, same = said(*entries("单丽"))
    assert (first == named, rest == same) == (False, True)
