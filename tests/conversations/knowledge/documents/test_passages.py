"""Passages are long enough to answer, and cross neither a page nor a heading."""

from hypothesis import given
from hypothesis import strategies as st

from conversations.knowledge.documents.extraction import Block
from conversations.knowledge.documents.passages import LONGEST, cut


def texts(*blocks: Block) -> list[tuple[int | None, str]]:
    return [(one.page, one.text) for one in cut(blocks)]


def test_sentences_stay_together_until_a_passage_is_full():
    found = texts(Block(page=1, heading="", text="年假有五天。" * 120))
    assert all(len(text) <= LONGEST and text.endswith("。") for _page, text in found)
    assert "".join(text for _page, text in found) == "年假有五天。" * 120


def test_a_page_and_a_heading_end_a_passage():
    found = texts(
        Block(page=1, heading="a", text="One."),
        Block(page=1, heading="b", text="Two."),
        Block(page=2, heading="b", text="Three."),
    )
    assert found == [(1, "One."), (1, "Two."), (2, "Three.")]


def test_lines_that_a_pdf_has_broken_go_on():
    assert texts(Block(page=1, heading="", text="Bring a\nnote.\n病历要\n盖章。")) == [(1, "Bring a note.病历要盖章。")]


@given(st.text(max_size=2_000))
def test_no_words_are_lost(text):
    found = "".join(one.text for one in cut([Block(page=None, heading="", text=text)]))
    kept = [char for char in text if char.isalnum()]
    assert [char for char in found if char.isalnum()] == kept
