"""The dictionary of Chinese words: kept between processes, and compiled anew where what is kept is broken."""

import jieba
import pytest

from core.text import chinese_words


@pytest.fixture(autouse=True)
def unloaded(monkeypatch):
    """A process that has not needed a word yet."""
    monkeypatch.setattr(jieba, "dt", jieba.Tokenizer())
    monkeypatch.setattr(jieba, "initialize", jieba.dt.initialize)
    monkeypatch.setattr(jieba, "lcut", jieba.dt.lcut)


def test_words_are_cut_where_no_dictionary_is_kept():
    assert chinese_words.cut("你好世界") == ["你好", "世界"]
    assert jieba.dt.tmp_dir is None


def test_a_kept_dictionary_is_taken_as_it_is(tmp_path):
    chinese_words.keep_in(tmp_path / "kept")
    chinese_words.load()
    (kept,) = (tmp_path / "kept").iterdir()
    words, total = dict(jieba.dt.FREQ), jieba.dt.total
    jieba.dt.FREQ, jieba.dt.total, jieba.dt.initialized = {}, 0, False
    before = kept.stat().st_mtime_ns
    chinese_words.load()
    assert (jieba.dt.FREQ, jieba.dt.total) == (words, total)
    assert kept.stat().st_mtime_ns == before


@pytest.mark.parametrize("broken", [b"", b"no dictionary", b"i\x01\x00\x00\x00"], ids=["empty", "other", "number"])
def test_a_broken_dictionary_is_compiled_anew(tmp_path, broken):
    (tmp_path / "jieba.cache").write_bytes(broken)
    chinese_words.keep_in(tmp_path)
    assert chinese_words.cut("你好世界") == ["你好", "世界"]
