"""Facts in plain paragraphs are said with the bundled model: floors, below the figures of the benchmark."""

import pytest

from conversations.knowledge.documents.passages import cut
from core import backends
from tests.benchmarks.knowledge import facts


@pytest.mark.parametrize("headed", [False, True])
def test_most_facts_are_said_and_few_are_wrong(headed):
    asked = list(facts.questions())
    said = facts.measure(backends.backend("EMBEDDERS", "bundled"), list(cut(facts.blocks(headed=headed))), (), asked)
    assert said.right + said.wrong + said.silent == 96
    assert said.right >= 62
    assert said.wrong <= 5
    assert said.unknown <= 1
