"""Vectors are computed as work: after an edit, after another model, and again after a failure."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import services
from conversations.knowledge import embedding
from conversations.models import Answer, Embedding
from core import backends
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def embedder(tiny):
    return tiny


def run() -> None:
    for row in Embedding.work_rows().unfinished():
        services.embed(row.pk)


def vector(answer: Answer) -> bytes:
    return bytes(Embedding.objects.get(answer=answer).vector)


def test_an_edit_computes_the_vector_anew():
    answer = services.save_answer(Answer(question="怎么请假", answer="在审批里。"))
    run()
    first = vector(answer)
    assert len(first) == 2 * 64
    answer.other_wordings = "请病假"
    services.save_answer(answer)
    run()
    assert vector(answer) != first
    assert not embedding.without_vector("tiny-1").exists()


def test_another_model_computes_all_vectors_anew(settings):
    factories.make_answer("怎么请假")
    assert services.queue_missing_vectors() == 1
    run()
    assert services.queue_missing_vectors() == 0
    settings.EMBEDDERS = {"tiny": {**settings.EMBEDDERS["tiny"], "options": {"version": 2}}}
    backends.backend.cache_clear()
    assert services.queue_missing_vectors() == 1
    run()
    assert Embedding.objects.get().model == "tiny-2"


def test_an_answer_edited_while_its_vector_is_computed_is_queued_again(monkeypatch):
    answer = services.save_answer(Answer(question="怎么请假", answer="在审批里。"))
    compute = embedding.vector_of

    def edits(*args):
        Answer.objects.filter(pk=answer.pk).update(question="怎么报销")
        return compute(*args)

    monkeypatch.setattr(embedding, "vector_of", edits)
    run()
    assert services.queue_missing_vectors() == 1


def test_without_an_embedder_nothing_is_queued(settings):
    settings.EMBEDDER = ""
    services.save_answer(Answer(question="怎么请假", answer="在审批里。"))
    assert not Embedding.objects.exists()
    assert services.queue_missing_vectors() == 0


def test_a_refused_text_is_tried_again_after_an_hour():
    row = factories.make_embedding(status="failed", finished_at=timezone.now())
    assert services.queue_missing_vectors() == 0
    assert embedding.queue_missing(timezone.now() + timedelta(hours=2)) == 1
    row.refresh_from_db()
    assert row.status == "queued"
