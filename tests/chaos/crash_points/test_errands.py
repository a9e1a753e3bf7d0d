"""A worker dies while it waits for a language model: the member gets one answer, or an excuse."""

import threading
from collections.abc import Iterator

import pytest

from tests.chaos.crash_points.test_crash_points import die
from tests.conversations.support import chat_server
from tests.conversations.support.chat_server import KEY, ChatServer, Reaction, error
from tests.support.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.chaos]
QUESTION, ANSWER = "顶楼有没有露台？", "有，在东侧。"


@pytest.fixture(scope="module")
def server():
    with chat_server.running() as server:
        yield server


@pytest.fixture(scope="module")
def asking(stack: Stack, server: ChatServer) -> Iterator[None]:
    """The worker asks the service; as it was before, afterwards."""
    before = dict(stack.env)
    stack.env |= {"OPENUSER_CHAT_BASE_URL": server.url, "OPENUSER_CHAT_MODEL": "qwen3", "OPENUSER_CHAT_API_KEY": KEY}
    stack.env["OPENUSER_CHAT_GROUNDED"] = "false"  # it is asked whatever the table knows
    stack.restart("worker")
    yield
    stack.env = before
    stack.restart("worker")


@pytest.fixture
def service(asking: None, server: ChatServer) -> ChatServer:
    """The language model's server, without earlier requests."""
    server.asked.clear()
    server.script.clear()
    server.usual = lambda asked: Reaction(text=ANSWER)
    return server


def test_a_question_is_answered_by_the_service(person, service):
    person.writes(QUESTION)
    assert person.reads_text() == ANSWER
    assert service.questions() == [QUESTION]


@pytest.mark.parametrize("point", ["errand.claimed", "errand.answered"])
def test_a_worker_that_dies_with_a_question_leaves_it_to_another(stack, person, service, point):
    stack.doom("worker", point)
    person.writes(QUESTION)
    die(stack, "worker")
    assert person.reads_text(seconds=60) == ANSWER
    person.writes("谢谢")
    assert "不客气" in person.reads_text()


def test_a_worker_killed_while_the_service_thinks_leaves_the_question_to_another(stack, person, service):
    answering = threading.Event()
    service.usual = lambda asked: Reaction(text=ANSWER, after=answering)
    stack.restart("worker", OPENUSER_REPLY_NOTICE_SECONDS="0.5")
    person.writes(QUESTION)
    person.reads_text()  # that it takes a while
    assert len(service.asked) == 1
    stack.restart("worker")
    answering.set()
    assert person.reads_text(seconds=60) == ANSWER


def test_a_service_that_is_away_is_excused_in_time(stack, person, service):
    service.usual = lambda asked: error(503)
    stack.restart("worker", OPENUSER_REPLY_TIMEOUT="6")
    person.writes(QUESTION)
    texts = person.reads(2, seconds=60)
    assert len({text["content"]["content"] for text in texts}) == 2
    person.writes("谢谢")
    assert "不客气" in person.reads_text()
