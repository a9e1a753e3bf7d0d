"""The vector of a question is computed before the transaction that answers it, once, and only if it is searched."""

import pytest
from django.db import connection

from conversations import services
from conversations.knowledge import index_freshness
from conversations.knowledge.embedders import base
from conversations.models import Embedding
from core import backends
from core.exceptions import TemporaryError
from tests.conversations.support.tiny_embedder import Tiny
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)


class Watched(Tiny):
    """Notes what is asked, and whether a transaction waits meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, bool]] = []

    def questions(self, texts):
        self.asked += [(text, connection.in_atomic_block) for text in texts]
        return super().questions(texts)

    def passages(self, texts):
        return super().questions(texts)


class Service(Watched):
    """As one that uses the network."""

    waits = True


class Away(Service):
    """One that cannot be reached."""

    def questions(self, texts):
        raise TemporaryError("The service is away.", code="not_reached")


@pytest.fixture(params=[Watched, Service])
def embedder(application, settings, request):
    yield use(settings, request.param)
    forget()


def use(settings, kind):
    settings.EMBEDDERS = {"watched": {"class": f"{kind.__module__}.{kind.__qualname__}"}}
    settings.EMBEDDER = "watched"
    forget()
    factories.make_answer("怎么请假", "在审批里请假。")
    services.queue_missing_vectors()
    for row in Embedding.work_rows().unfinished():
        services.embed(row.pk)
    return base.configured()


def forget() -> None:
    backends.backend.cache_clear()
    index_freshness._indexes.clear()


def test_a_question_is_embedded_once_and_outside_the_transaction(person, embedder):
    assert person.says("请问请假流程是怎么样的？请假") == ["在审批里请假。"]
    assert embedder.asked == [("请问请假流程是怎么样的？请假", False)]


@pytest.mark.parametrize("text", ["怎么请假", "/help", "取消", "你好"])
def test_what_is_not_searched_is_not_embedded(person, embedder, text):
    person.says(text)
    assert embedder.asked == []


def test_without_the_service_words_decide(person, application, settings):
    use(settings, Away)
    assert person.says("怎么请假呢？请假") == ["在审批里请假。"]
    forget()
