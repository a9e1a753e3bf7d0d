"""The dictionary of Chinese words: read by first characters, and the same as jieba's own in the end."""

import jieba
import pytest

from core.text import chinese_words


@pytest.fixture(scope="module")
def compiled():
    """All words as jieba itself reads them, and the sum of their counts."""
    return jieba.Tokenizer.gen_pfdict(jieba.dt.get_dict_file())


@pytest.fixture(autouse=True)
def unloaded(monkeypatch):
    """A process that has not needed a word yet."""
    monkeypatch.setattr(jieba, "dt", jieba.Tokenizer())
    monkeypatch.setattr(jieba, "initialize", jieba.dt.initialize)
    monkeypatch.setattr(jieba, "lcut", jieba.dt.lcut)


def test_words_are_cut_and_no_file_is_kept():
    assert chinese_words.cut("你好世界") == ["你好", "世界"]
    assert (jieba.dt.tmp_dir, jieba.dt.cache_file) == (None, None)


def test_the_dictionary_is_the_one_that_jieba_compiles(compiled):
    chinese_words.load()
    words, total = compiled
    assert jieba.dt.FREQ.get("你好") == words["你好"]
    assert (dict(jieba.dt.FREQ.items()), jieba.dt.total) == (words, total)
    assert len(jieba.dt.FREQ) == len(words)


@pytest.mark.parametrize("word", ["", "你好世", "A", "\U0001f600", "😀好", None])
def test_what_is_no_word_is_none(compiled, word):
    chinese_words.load()
    assert (word in jieba.dt.FREQ) is (word in compiled[0])
    assert jieba.dt.FREQ.get(word or "", 7) == compiled[0].get(word or "", 7)


def test_only_words_with_the_characters_of_a_text_are_read():
    chinese_words.cut("你好世界")
    assert "好" not in jieba.dt.FREQ._unread
    assert "中" in jieba.dt.FREQ._unread
    with pytest.raises(KeyError):
        jieba.dt.FREQ["好世界"]


def test_kinds_are_those_that_jieba_reads():
    tagger = chinese_words.tagger()
    assert [(word, kind) for word, kind in tagger.cut("我们学习")] == [("我们", "r"), ("学习", "v")]
    assert dict(tagger.dt.word_tag_tab.items()) == tagger.POSTokenizer(jieba.Tokenizer()).word_tag_tab
