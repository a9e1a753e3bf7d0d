"""With an embedding service: questions are found by meaning while it answers, and by their words while it is away."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from conversations import services
from conversations.knowledge import embedding, index_freshness
from conversations.knowledge.documents import passage_index
from conversations.models import Answer, Document, Embedding, Passage
from core import backends
from tests.conversations.support import chat_server
from tests.conversations.support.chat_server import KEY, LOOPBACK, error

pytestmark = pytest.mark.django_db
PAYSLIP, SAID = "工资条在哪里看？", "在企业微信的工作台。"


@pytest.fixture
def server(settings):
    with chat_server.running() as server:
        use(settings, server)
        yield server
    backends.backend.cache_clear()
    index_freshness._indexes.clear()
    passage_index._indexes.clear()


def use(settings, server, **options) -> None:
    given = {"base_url": server.url, "model": "bge-m3", "dimensions": 64, "api_key": KEY, "networks": LOOPBACK}
    entry = {**settings.EMBEDDERS["service"], "options": given | options}
    settings.EMBEDDERS, settings.EMBEDDER = {"service": entry}, "service"
    backends.backend.cache_clear()


def embed_all() -> None:
    services.queue_missing_vectors()
    for row in Embedding.objects.filter(status="queued"):
        embedding.embed(row.pk, now=timezone.now())


def answer() -> None:

    services.save_answer(Answer(question=PAYSLIP, answer=SAID))
    embed_all()


def test_meaning_finds_it_and_the_transaction_does_not_wait(person, server):
    answer()
    assert person.says("my payslip payslip please") == [SAID]
    assert len({row.model for row in Embedding.objects.all()}) == 1


def test_while_it_is_away_words_decide(person, server):
    answer()
    server.script = [error(503)] * (len(server.asked) + 9)
    assert person.says("工资条在哪里看呢") == [SAID]
    assert person.says("my payslip payslip please") != [SAID]


def test_another_length_computes_all_vectors_anew(person, server, settings):
    answer()
    before = Embedding.objects.values_list("model", flat=True)[0]
    use(settings, server, model="bge-m4")
    assert services.queue_missing_vectors() >= 1
    embed_all()
    assert before not in set(Embedding.objects.values_list("model", flat=True))
    assert person.says("my payslip payslip please") == [SAID]


def test_a_document_read_while_it_is_away_gets_its_vectors_later(person, server):
    server.script = [error(503)]
    document = services.save_document(
        Document(title="员工手册"), file=SimpleUploadedFile("a.md", "打印机卡纸找小王。".encode())
    )
    services.read_document(document.pk)
    document.refresh_from_db()
    assert (document.status, document.passage_count) == ("done", 1)
    assert "小王" in person.says("打印机卡纸")[0]
    assert services.queue_outdated_documents() == 0
    Document.objects.update(finished_at=timezone.now() - timedelta(minutes=11))
    assert services.queue_outdated_documents() == 1
    services.read_document(document.pk)
    assert Passage.objects.exclude(vector=b"").count() == 1
