"""Fixtures: a local service that answers, and no thread that outlives its test."""

import threading

import pytest

from core import backends
from tests.conversations.support import chat_server
from tests.conversations.support.chat_server import KEY, LOOPBACK


def use_chat(settings, url: str, **options) -> None:
    """Let the chat come after the table, as the environment does."""
    given = {"base_url": url, "model": "qwen3", "api_key": KEY, "timeout": 10.0, "networks": LOOPBACK} | options
    entry = {"class": "conversations.providers.chat.Chat", "options": given}
    settings.REPLY_PROVIDERS = {**settings.REPLY_PROVIDERS, "chat": entry}
    backends.backend.cache_clear()


@pytest.fixture
def server(settings):
    with chat_server.running() as server:
        use_chat(settings, server.url)
        yield server
    backends.backend.cache_clear()


@pytest.fixture(autouse=True)
def no_thread_is_left():
    """What a test left behind would write into the next one."""
    yield
    for thread in threading.enumerate():
        if thread.name.startswith("errand"):
            thread.join(20)
