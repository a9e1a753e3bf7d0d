"""Awaitable answers, inside handlers and outside."""

from collections.abc import Iterator

import pytest

from conversations.providers.base import ReplyRefused
from conversations.videos import awaitables
from core.exceptions import TemporaryError
from tests.avatars.support.rendering import make_human
from tests.conversations.support.handlers import call, handle, sent
from tests.support import factories
from wecom.callbacks.router import router

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_engines", "work_dir")]


@pytest.fixture
def human():
    return make_human()


@pytest.fixture
def application(human):
    application = factories.make_application(is_default=True)
    factories.make_desk(application, digital_human=human, language="en")
    factories.make_answer("hello", "Hello! How can I help you?")
    return application


@pytest.fixture(autouse=True)
def registry() -> Iterator[None]:
    with router.temporary():
        yield


def test_an_answer_comes_from_the_table_or_is_polite(application):
    assert call(awaitables.generate_response, "hello") == "Hello! How can I help you?"
    assert call(awaitables.process_with_ai, "hello") == "Hello! How can I help you?"
    assert "no answer" in awaitables.reply_to("flux capacitor?")
    assert awaitables.reply_to("量子涨落？") != awaitables.reply_to("flux capacitor?")
    assert awaitables.reply_to("x" * 10_000).count("4000") == 1


class Far:
    """A provider that is asked over the network."""

    waits = True

    def __init__(self, outcome) -> None:
        self.outcome = outcome

    def answer(self, conversation, text, *, language):
        assert list(conversation.messages()) == []
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


class Answering(Far):
    def __init__(self) -> None:
        super().__init__("from far away")


class Refusing(Far):
    def __init__(self) -> None:
        super().__init__(ReplyRefused("No."))


class Busy(Far):
    def __init__(self) -> None:
        super().__init__(TemporaryError("Later."))


@pytest.mark.parametrize(
    ("kind", "words"), [("Answering", "from far away"), ("Refusing", "no answer"), ("Busy", "again")]
)
def test_a_provider_on_the_network_is_asked_and_may_fail(application, settings, kind, words):
    entry = {"class": f"{__name__}.{kind}", "options": {}}
    settings.REPLY_PROVIDERS = {**settings.REPLY_PROVIDERS, f"far-{kind}": entry}
    assert words in awaitables.reply_to("flux capacitor?")
    assert awaitables.reply_to("hello") == "Hello! How can I help you?"


def test_inside_a_handler_the_answer_is_in_the_persons_language(application):
    async def answer(message):
        return await awaitables.process_with_ai(message.content)

    handle(application, answer, text="hello")
    assert sent() == ["Hello! How can I help you?"]
