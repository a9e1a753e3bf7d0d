"""What an embedding service is asked, and what of its answers is taken."""

import json

import numpy as np
import pytest

from conversations.exceptions import ServiceBusy, ServiceRefused
from conversations.knowledge.embedders.base import EmbedderMissing
from conversations.knowledge.embedders.embedding_service import EmbeddingService
from tests.conversations.support import chat_server
from tests.conversations.support.chat_server import KEY, LOOPBACK, Reaction, error


@pytest.fixture
def server():
    with chat_server.running() as server:
        yield server


def made(server, **options) -> EmbeddingService:
    given = {"base_url": server.url, "model": "m", "dimensions": 64, "api_key": KEY, "networks": LOOPBACK}
    return EmbeddingService(**given | options)


def answer(*rows: tuple[int, list[float]]) -> Reaction:
    data = [{"index": index, "embedding": row} for index, row in rows]
    return Reaction(body=json.dumps({"data": data}).encode())


@pytest.mark.parametrize(
    ("text", "sent"),
    [("", "-"), ("  ", "-"), (" a ", "a"), ("x" * 2000, "x" * 2000), ("x" * 2001, "x" * 2000)],
)
def test_a_text_is_sent_cut_and_never_empty(server, text, sent):
    made(server).passages([text])
    assert server.asked[0]["input"] == [sent]


@pytest.mark.parametrize(("batch", "sizes"), [(2, [2, 2, 1]), (5, [5]), (0, [1] * 5)])
def test_texts_are_asked_in_batches(server, batch, sizes):
    assert made(server, batch=batch).passages(list("abcde")).shape == (5, 64)
    assert [len(asked["input"]) for asked in server.asked] == sizes


def test_each_kind_of_text_has_its_prefix(server):
    service = made(server, question_prefix="query: ", passage_prefix="passage: ")
    service.questions(["a"])
    service.passages(["a"])
    assert [asked["input"] for asked in server.asked] == [["query: a"], ["passage: a"]]
    assert service.name == "m/64/query:|passage:"
    assert made(server).name == "m/64"
    assert len(made(server, model="x" * 130).name) == 120


def test_vectors_have_the_length_that_retrieval_counts_with(server):
    server.script = [answer((0, [3.0, 4.0]))]
    (row,) = made(server, dimensions=2).passages(["a"])
    assert row.tolist() == pytest.approx([2**0.5 * 0.6, 2**0.5 * 0.8])
    assert row.dtype == np.float32


def test_vectors_of_another_length_are_refused_with_the_setting(server):
    with pytest.raises(ServiceRefused, match="OPENUSER_EMBEDDING_DIMENSIONS to 64") as refused:
        made(server, dimensions=63).passages(["a"])
    assert refused.value.code == "dimensions"


@pytest.mark.parametrize(
    "reaction",
    [
        answer((1, [1.0, 0.0])),
        answer((0, [])),
        answer((0, [float("inf"), 1.0])),
        Reaction(body=b"{}"),
        Reaction(body=b'{"data": [{"index": 0}]}'),
        Reaction(body=b'{"data": [{"index": 0, "embedding": [[1, 2]]}]}'),
    ],
)
def test_an_answer_that_is_no_vectors_is_garbage(server, reaction):
    server.script = [reaction]
    with pytest.raises(ServiceBusy) as refused:
        made(server, dimensions=2).passages(["a"])
    assert refused.value.code == "garbage"


def test_no_question_waits_for_a_service_that_was_away(server):
    service = made(server)
    server.script = [error(503)]
    with pytest.raises(ServiceBusy):
        service.questions(["a"])
    asked = len(server.asked)
    with pytest.raises(ServiceBusy) as refused:
        service.questions(["a"])
    assert (refused.value.code, len(server.asked)) == ("away", asked)
    service.passages(["a"])  # nobody waits for these


@pytest.mark.parametrize("lacks", ["base_url", "model", "dimensions"])
def test_a_service_that_is_not_set_up_names_its_setting(server, lacks):
    with pytest.raises(EmbedderMissing) as refused:
        made(server, **{lacks: 0 if lacks == "dimensions" else ""})
    assert refused.value.remedy == f"Set OPENUSER_EMBEDDING_{lacks.upper()}."
