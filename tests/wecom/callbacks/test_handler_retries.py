"""Handlers of other apps that run twice for one callback: what was sent is not sent again."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from core.exceptions import TemporaryError
from core.logs import LineFormatter
from tests.wecom.support.handlers import handle, sent
from wecom import services
from wecom.bot import bot, send_text_message
from wecom.callbacks import processor
from wecom.contents import Button, ButtonCard
from wecom.models import Callback, Outbound

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def handled_twice(application, register) -> Callable[[Any], Callback]:
    """Handles a callback with a handler that fails, and is asked again."""

    def run(handler: Any) -> Callback:
        register(bot.on_message("text"), handler)
        callback = handle(application)
        Callback.objects.update(due_at=callback.created_at)
        processor.handle(callback.pk)
        return callback

    return run


@pytest.mark.databases
def test_a_handler_that_runs_twice_sends_once(handled_twice):
    runs: list[int] = []

    async def tell_everybody(message) -> str:
        runs.append(1)
        await asyncio.gather(*(send_text_message(f"person{number}", f"news {number}") for number in range(5)))
        if len(runs) == 1:
            raise TemporaryError("After the sends.")
        return "told"

    handled_twice(tell_everybody)
    assert len(runs) == 2
    assert sorted(sent()) == ["news 0", "news 1", "news 2", "news 3", "news 4", "told"]


@pytest.fixture
def run_twice(handled_twice: Callable[[Any], Callback]) -> Callable[[list[list[str]]], Callback]:
    """Handles a callback with a handler that sends these texts, fails, and is asked again."""

    def run(texts: list[list[str]]) -> Callback:
        def tell(message) -> str:
            for text in texts.pop(0):
                services.send_text(message.from_user_id, content=text)
            if texts:
                raise TemporaryError("After the sends.")
            return ""

        return handled_twice(tell)

    return run


def test_what_a_retry_says_otherwise_is_sent_and_logged_without_content(run_twice, caplog):
    callback = run_twice([["It is the first.", "canary"], ["It is the second.", "canary"]])
    assert sent() == ["It is the first.", "canary", "It is the second."]
    (record,) = [record for record in caplog.records if "something else" in record.message]
    assert (record.levelname, record.cid) == ("WARNING", callback.cid)
    assert "It is" not in LineFormatter().format(record)


@pytest.mark.databases
def test_a_retry_that_says_the_same_in_another_order_sends_nothing(run_twice, caplog):
    run_twice([["a", "b", "a"], ["b", "a", "a"]])
    assert sent() == ["a", "b", "a"]
    assert "something else" not in caplog.text


@pytest.mark.databases
def test_a_retry_sends_a_card_without_a_name_once(handled_twice):
    runs: list[str] = []

    def show(message) -> str:
        for title in ("Lunch", "Lunch", "Dinner"):
            card = ButtonCard(title=title, buttons=(Button(key="yes", text="Yes"),))
            runs.append(services.send_card(message.from_user_id, card=card).content["task_id"])
        if len(runs) == 3:
            raise TemporaryError("After the sends.")
        return ""

    handled_twice(show)
    assert len(runs) == 6
    assert runs[:3] == runs[3:]
    assert len(set(runs)) == Outbound.objects.count() == 3


def test_a_retry_that_goes_on_where_the_first_run_ended_logs_nothing(run_twice, caplog):
    run_twice([["a"], ["a", "b"]])
    assert sent() == ["a", "b"]
    assert "something else" not in caplog.text
