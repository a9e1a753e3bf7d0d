"""YAML: what is written comes back, in the same bytes; what people never write by hand is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.interchange import yaml_text
from core.interchange.flaws import FileRefused

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
LOOKS_LIKE_YAML = st.text("ab \n|>-:#'\"&*!%@`{}[],?~1e.0+\r\t\x85\u2028\ufeff", max_size=16)
SCALARS = st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    SCALARS | ANY_TEXT | LOOKS_LIKE_YAML,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT | LOOKS_LIKE_YAML, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(ANY_TEXT, VALUES, min_size=1, max_size=4))
def test_every_value_comes_back_and_gives_equal_bytes(value):
    text = yaml_text.dump(value)
    assert yaml_text.load(text.encode()).value == value
    assert yaml_text.dump(yaml_text.load(text.encode()).value) == text


def test_texts_of_several_lines_are_blocks_in_chinese():
    assert yaml_text.dump({"text": "早上好，{{name|同事}}！\n\n  🌞\n", "list": [{"a": 1}]}) == (
        "text: |\n  早上好，{{name|同事}}！\n\n    🌞\nlist:\n  - a: 1\n"
    )


@pytest.mark.parametrize("word", ["12:30", "yes", "off", "2026-12-01", "1_000", "0x10", "0o7", "+", "1e5x", "NULL"])
def test_a_word_that_is_no_plain_number_is_a_text(word):
    assert yaml_text.load(f"at: {word}".encode()).value == {"at": word}


def test_each_place_has_its_line():
    lines = yaml_text.load("version: 1\ncampaigns:\n  - name: 甲\n    contents:\n      en: {text: x}\n".encode()).lines
    assert lines[("campaigns", 0, "contents", "en", "text")] == 5


LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("data", "words", "line"),
    [
        (LAUGHS.encode(), "Anchors", 1),
        (b"a: 1\nb: *a", "Anchors", 2),
        (b"a: !!python/object/apply:os.system [id]", "tags", 1),
        (b"a: 1\nb: 2\na: 3", "“a” is there twice", 3),
        (b"a: 1\n---\nb: 1", "second document", 2),
        (b"a:\n  - [1\n", "no YAML", 3),
        (b"? [1]\n: 2", "A key is no word", 1),
        (b"- 1", "no names with values", None),
        (b"", "no names with values", None),
        (b"a: \x01", "character", None),
        (b'a: "\\0"', "cannot be stored", 1),
        (b"a: 9e999", "too large", 1),
        (b"a: 99999999999999999999", "too large", 1),
        (b"a: \xff", "UTF-8", None),
        (b"a: " + b"[" * 100 + b"]" * 100, "too deep", 1),
        (b"a: [" + b"1," * 200_000 + b"1]", "too many", 1),
        (b"a: " + b"x" * 2_200_000, "larger than", None),
    ],
)
def test_what_nobody_writes_is_refused_with_its_line(data, words, line):
    with pytest.raises(FileRefused) as caught:
        yaml_text.load(data)
    (flaw,) = caught.value.flaws
    assert words in flaw.words
    assert flaw.remedy
    assert flaw.line == line
