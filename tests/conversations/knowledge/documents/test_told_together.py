"""What a section says as nearly as its best passage is told with it; other sections and documents are not."""

import pytest

from conversations.knowledge.documents.passage_retrieval import Found, told_together
from conversations.models import Passage


def found(number: int, nearness: float, *, heading: str = "a", document: int = 1) -> Found:
    row = Passage(pk=number, document_id=document, number=number, heading=heading, text=str(number))
    return Found(passage=row, nearness=nearness, is_sure=True)


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ([], [5]),
        ([found(4, 0.81)], [4, 5]),
        ([found(6, 0.79)], [5]),
        ([found(6, 0.95), found(7, 0.9), found(3, 0.85)], [5, 6, 7]),  # three at most, the nearest
        ([found(6, 0.95, heading="b")], [5]),
        ([found(6, 0.95, document=2)], [5]),
    ],
)
def test_near_facts_of_the_same_section_are_told_in_their_order(others, told):
    assert [row.number for row in told_together([found(5, 1.0), *others])] == told
