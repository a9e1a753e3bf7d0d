"""Vectors are computed as work: after an edit, after another model, and again after a failure."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations import services
from conversations.exceptions import ServiceRefused
from conversations.knowledge import embedding
from conversations.models import Answer, Embedding
from core import backends
from tests.support import factories

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """What ends a worker without a word."""

    @classmethod
    def die(cls, _texts):
        raise cls


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
    compute = embedding.vectors_of

    def edits(*args):
        Answer.objects.filter(pk=answer.pk).update(question="怎么报销")
        return compute(*args)

    monkeypatch.setattr(embedding, "vectors_of", edits)
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


def make_many(count: int) -> list[Answer]:
    found = [Answer(question=f"问题{number}", answer="好") for number in range(count)]
    return Answer.objects.bulk_create(found)


@pytest.mark.databases
def test_one_task_computes_many_vectors_as_one_change():
    embedding.queue_many(make_many(40))
    first, *others = Embedding.work_rows().unfinished().order_by("pk")
    with CaptureQueriesContext(connection) as queries:
        services.embed(first.pk)
    assert not Embedding.work_rows().unfinished().exists()
    assert len(set(Embedding.objects.values_list("revision", flat=True))) == 1
    assert len(queries) < 20
    with CaptureQueriesContext(connection) as queries:
        services.embed(others[0].pk)  # its task comes later, and does nothing
    assert [query["sql"][:6] for query in queries] == ["SELECT"]


@pytest.mark.databases
def test_a_piece_ends_after_a_second_and_wakes_the_next(monkeypatch, django_capture_on_commit_callbacks):
    embedding.queue_many(make_many(40))
    monkeypatch.setattr(embedding, "PIECE_SECONDS", 0)
    rounds = 0
    while first := Embedding.work_rows().unfinished().order_by("pk").first():
        with django_capture_on_commit_callbacks() as woken:
            services.embed(first.pk)
        rounds += 1
        assert len(woken) == Embedding.work_rows().unfinished()[:1].count()
    assert rounds == 3
    assert set(Embedding.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.databases
def test_what_a_killed_worker_had_claimed_is_computed_by_the_next(tiny, monkeypatch):
    embedding.queue_many(make_many(20))
    first = Embedding.objects.order_by("pk")[0]
    monkeypatch.setattr(tiny, "passages", Killed.die)
    with pytest.raises(Killed):
        services.embed(first.pk)
    monkeypatch.undo()
    assert Embedding.objects.filter(status="running").count() == 20
    Embedding.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    services.embed(first.pk)
    assert Embedding.objects.filter(status="done", attempts=2).count() == 20


@pytest.mark.databases
def test_a_worker_whose_lease_was_taken_writes_nothing(tiny, monkeypatch):
    embedding.queue_many(make_many(2))
    compute = tiny.passages

    def taken(texts):
        Embedding.objects.filter(answer__question="问题1").update(lease_owner="another")
        return compute(texts)

    monkeypatch.setattr(tiny, "passages", taken)
    services.embed(Embedding.objects.order_by("pk")[0].pk)
    first, second = Embedding.objects.order_by("pk")
    assert (first.status, bool(first.vector)) == ("done", True)
    assert (second.status, second.lease_owner, bytes(second.vector)) == ("running", "another", b"")


def test_a_refused_text_does_not_keep_the_others_back(tiny, monkeypatch):
    answers = make_many(5)
    Answer.objects.filter(pk=answers[2].pk).update(answer="refused")
    compute = tiny.passages

    def passages(texts):
        if any("refused" in text for text in texts):
            raise ServiceRefused("No.", code="refused")
        return compute(texts)

    monkeypatch.setattr(tiny, "passages", passages)
    embedding.queue_many(Answer.objects.all())
    run()
    assert [row.status for row in Embedding.objects.order_by("answer")] == ["done", "done", "failed", "done", "done"]
