"""System checks of the settings of the language model and of flows."""

import pytest
from django.core.checks.registry import registry

from conversations.checks import check_chat, check_embedder, check_flow_secrets
from core import backends

URL = "https://llm.example.com/v1"


def found(settings, **chat) -> set[str]:
    settings.CHAT = {**settings.CHAT, "base_url": "", "model": "", "api_key": "", **chat}
    messages = check_chat()
    assert all(message.hint for message in messages)
    return {str(message.id) for message in messages}


def test_the_checks_name_what_is_missing(settings):
    assert found(settings) == set()
    assert found(settings, model="qwen3") == {"conversations.W001"}
    assert found(settings, base_url=URL, model="qwen3") == set()
    assert found(settings, base_url=URL) == {"conversations.W002"}
    assert found(settings, base_url="llm.example.com/v1", model="qwen3") == {"conversations.W003"}
    assert found(settings, base_url=URL, model="qwen3", timeout=300.0) == {"conversations.W004"}


def test_they_are_run_with_the_others():
    assert {check_chat, check_flow_secrets} <= set(registry.get_checks())


def test_a_secret_without_host_or_value_is_named(settings):
    def found_in(secrets: object) -> list[str]:
        settings.CONVERSATIONS = {**settings.CONVERSATIONS, "CALL_SECRETS": secrets}
        return [str(message.msg) for message in check_flow_secrets()]

    whole = {"host": "oa.example.com", "value": "x"}
    assert found_in({}) == found_in({"OA": whole}) == []
    assert "HR, PAY" in found_in({"OA": whole, "HR": "x", "PAY": {"value": "x"}})[0]
    assert len(found_in(["OA"])) == 1


def test_a_chat_with_every_option_of_the_settings_can_be_made(settings):
    settings.REPLY_PROVIDERS = {
        "chat": {"class": "conversations.providers.chat.Chat", "options": {**settings.CHAT, "base_url": URL}}
    }
    backends.backend.cache_clear()
    try:
        assert backends.backend("REPLY_PROVIDERS", "chat").model.client.base_url == URL
    finally:
        backends.backend.cache_clear()


@pytest.mark.parametrize(
    ("name", "codes"), [("", set()), ("gone", {"conversations.E001"}), ("service", {"conversations.W006"})]
)
def test_an_embedder_that_cannot_work_is_named(settings, name, codes):
    settings.EMBEDDER = name
    found = check_embedder()
    assert {str(message.id) for message in found} == codes
    assert all(message.hint for message in found)


@pytest.mark.parametrize(
    ("seconds", "codes"), [(44.9, set()), (45, {"conversations.W004"}), (46, {"conversations.W004"})]
)
def test_the_time_of_the_model_ends_before_the_members(settings, seconds, codes):
    settings.CONVERSATIONS = {**settings.CONVERSATIONS, "REPLY_TIMEOUT": 45}
    assert found(settings, base_url=URL, model="qwen3", timeout=seconds) == codes
