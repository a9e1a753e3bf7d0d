"""The index of a process follows the database: each change is found by the next question, and nothing is read twice."""

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from conversations.knowledge import answer_retrieval, embedding, index_freshness
from conversations.models import Answer, Embedding, KnowledgeRevision
from tests.support import factories

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture(autouse=True)
def embedder(tiny):
    return tiny


def found(text: str) -> str:
    best = answer_retrieval.find(text, language="zh-hans").best
    return best.entry.question if best else ""


def embed_all() -> None:
    embedding.queue_missing()
    for row in Embedding.work_rows().unfinished():
        embedding.embed(row.pk)


def test_a_change_is_found_by_the_next_question():
    answer = factories.make_answer("怎么请假")
    assert found("怎么请假") == "怎么请假"
    answer.question = "怎么报销"
    answer.save()
    assert found("怎么报销") == "怎么报销"
    assert found("怎么请假") == ""
    Answer.objects.update(enabled=False)
    assert found("怎么报销") == ""
    Answer.objects.update(enabled=True)
    assert found("怎么报销") == "怎么报销"
    answer.delete()
    assert found("怎么报销") == ""


def test_rows_deleted_or_created_in_bulk_are_noticed():
    Answer.objects.bulk_create([Answer(question=f"问题{name}", answer="好") for name in "甲乙丙"])
    assert found("问题乙") == "问题乙"
    Answer.objects.filter(question="问题乙").delete()
    assert found("问题乙") == ""
    assert found("问题丙") == "问题丙"


def test_without_a_change_a_search_asks_one_small_query():
    factories.make_answer("怎么请假")
    found("怎么请假")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found("工资条在哪里看")
    assert len(queries) == 1
    assert "knowledgerevision" in queries[0]["sql"]


def test_a_change_reads_only_what_changed():
    factories.make_answer("怎么请假")
    index = index_freshness.current_index()
    before = index._slots.copy()
    factories.make_answer("怎么报销")
    assert index_freshness.current_index() is index
    assert {pk: slot for pk, slot in index._slots.items() if pk in before} == before


def test_a_change_that_is_rolled_back_is_forgotten():
    factories.make_answer("怎么请假")
    with transaction.atomic():
        factories.make_answer("怎么报销")
        assert found("怎么报销") == "怎么报销"
        transaction.set_rollback(True)
    assert found("怎么报销") == ""
    assert found("怎么请假") == "怎么请假"


def test_a_restored_database_is_read_anew():
    factories.make_answer("怎么请假")
    found("怎么请假")
    KnowledgeRevision.objects.update(number=5)
    QuerySet(Answer).update(question="怎么报销", revision=4)  # as it was before
    assert found("怎么报销") == "怎么报销"
    assert found("怎么请假") == ""


def test_meaning_is_found_once_the_vector_is_there():
    for question in ("怎么请假", "工资条", "食堂菜单", "班车时间", "停车位", "打印机", "会议室", "体检"):
        factories.make_answer(question)
    assert found("leave") == ""
    embed_all()
    assert found("leave") == "怎么请假"
    assert found("payslip") == "工资条"


def test_an_answer_that_is_switched_on_brings_its_vector():
    answer = factories.make_answer("怎么请假")
    embed_all()
    answer.enabled = False
    answer.save()
    assert found("leave") == ""
    Answer.objects.filter(pk=answer.pk).update(enabled=True)
    assert index_freshness.current_index().vector_count == 1


def test_numbers_of_changes_only_grow():
    with transaction.atomic():
        numbers = [KnowledgeRevision.objects.next() for _turn in range(3)]
    assert numbers == sorted(set(numbers))
    KnowledgeRevision.objects.update(number=numbers[-1] + 10**15)  # a clock that was wrong
    with transaction.atomic():
        assert KnowledgeRevision.objects.next() == numbers[-1] + 10**15 + 1


def test_a_worn_index_is_built_anew(monkeypatch):
    monkeypatch.setattr("conversations.knowledge.answer_index.WORTH_REBUILDING", 3)
    answer = factories.make_answer("怎么请假")
    for turn in range(8):
        answer.other_wordings = f"请假 {turn}"
        answer.save()
        found("怎么请假")
    assert len(index_freshness.current_index()._entries) <= 3 + 2
    assert found("怎么请假") == "怎么请假"


def test_vectors_are_asked_for_by_their_own_numbers():
    factories.make_answer("怎么请假")
    embed_all()
    found("怎么请假")
    factories.make_answer("怎么报销")
    with CaptureQueriesContext(connection) as queries:
        found("怎么报销")
    (vectors,) = [query["sql"] for query in queries if "vector" in query["sql"] and "revision" in query["sql"]]
    assert "JOIN" not in vectors
    assert not any("SAVEPOINT" in query["sql"] for query in queries)  # it takes no lock of the database


@pytest.mark.django_db(transaction=True)
def test_an_import_is_taken_over_aside(monkeypatch):
    factories.make_answer("怎么请假")
    found("怎么请假")
    monkeypatch.setattr(index_freshness, "AT_ONCE", 10)
    for start in range(0, 60, 20):
        rows = [Answer(question=f"问题{number}", answer="好") for number in range(start, start + 20)]
        embedding.queue_many(Answer.objects.bulk_create(rows))
    index = index_freshness.current_index()
    with index.locked():  # a question that comes at once finds what was there before
        assert index.get(Answer.objects.get(question="怎么请假").pk)
    index_freshness.wait_until_current(30)
    assert {found(f"问题{number}") for number in range(60)} == {f"问题{number}" for number in range(60)}
    embed_all()
    index_freshness.current_index()
    index_freshness.wait_until_current(30)
    assert index_freshness.current_index().vector_count == 61
