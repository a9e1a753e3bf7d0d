"""Pinyin as people write it."""

import pytest

from core.text.pinyin import UnknownSyllable, is_toned, syllables, toneless


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("céng", "ceng2"),
        ("ceng2 zhi4wei3", "ceng2 zhi4 wei3"),
        ("Céng Zhìwěi", "ceng2 zhi4 wei3"),
        ("xī'ān", "xi1 an1"),
        ("xīān", "xi1 an1"),
        ("xiān", "xian1"),
        ("fāngàn", "fan1 gan4"),
        ("Lǚ lüè nu:3er2", "lv3 lve4 nv3 er2"),
        ("ōuyáng-xiū", "ou1 yang2 xiu1"),
        ("ma5 ma0 ma", "ma5 ma5 ma5"),
    ],
)
def test_pinyin_is_read_in_every_common_spelling(written, read):
    assert " ".join(syllables(written)) == read


@pytest.mark.parametrize("written", ["zzz1", "ma6", "2ma", "曾", "n²", "zhāngg", "cénǵ"])
def test_other_writing_is_refused(written):
    with pytest.raises(UnknownSyllable):
        syllables(written)


def test_missing_tones_are_told():
    assert toneless("ceng zhi4 wei") == ["ceng", "wei"]
    assert toneless("céng ma5") == []
    assert [is_toned(word) for word in ("zhi4wei3", "zhìwěi", "wecom")] == [True, True, False]
