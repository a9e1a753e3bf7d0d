"""What every embedder promises, tried with the bundled one and with one without a model."""

import threading

import numpy as np
import pytest

from conversations.knowledge.embedders.bundled import Bundled
from tests.conversations.support.tiny_embedder import Tiny

TEXTS = ["怎么请假", "how do I take leave", "工资条在哪里看", "VPN"]
EVERY = pytest.mark.parametrize("kind", [Tiny, Bundled], ids=lambda kind: kind.__name__)


@pytest.fixture
def embedder(kind, request):
    return request.getfixturevalue("bundled") if kind is Bundled else kind()


@EVERY
def test_a_text_has_one_row_of_floats(embedder):
    for vectors in (embedder.questions(TEXTS), embedder.passages(TEXTS)):
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(TEXTS), vectors.shape[1])
        assert np.isfinite(vectors).all()
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(2**0.5, abs=1e-3)


@EVERY
def test_a_vector_does_not_depend_on_its_neighbours(embedder):
    assert np.allclose(embedder.passages(TEXTS)[1], embedder.passages(TEXTS[1:2])[0], atol=1e-4)


@EVERY
def test_the_passage_that_answers_is_nearest(embedder):
    products = embedder.questions(["请假流程", "where do I see my payslip"]) @ embedder.passages(TEXTS).T
    assert products[0].argmax() in (0, 1)
    assert products[1].argmax() == 2


@EVERY
@pytest.mark.parametrize("text", ["", " ", "？", "\x00", "啊" * 5_000, "🙂", "a\nb"])
def test_odd_texts_have_vectors_too(embedder, text):
    assert np.isfinite(embedder.questions([text])).all()


@EVERY
def test_threads_get_what_one_gets(embedder):
    alone, found = embedder.questions(TEXTS), {}

    def ask(number):
        found[number] = embedder.questions([TEXTS[number % len(TEXTS)]])[0]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.allclose(found[number], alone[number % len(TEXTS)], atol=1e-4) for number in range(8))
