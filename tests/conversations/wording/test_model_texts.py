"""Errors of the language model in words, each with its remedy."""

import pytest
from django.utils import translation

from conversations.wording import model_texts


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("no_model", "OPENUSER_CHAT_MODEL"),
        ("misconfigured", "OPENUSER_MODEL_NETWORKS"),
        ("timeout", "OPENUSER_CHAT_TIMEOUT"),
        ("too_long", "has no end"),
        ("not_reached", "OPENUSER_CHAT_BASE_URL"),
        ("garbage", "OpenAI's protocol"),
        ("http_401", "OPENUSER_CHAT_API_KEY"),
        ("http_402", "Top it up."),
        ("http_403", "does not allow this"),
        ("http_404", "OPENUSER_CHAT_MODEL"),
        ("http_429", "fewer questions"),
        ("http_500", "The service is busy or broken (500)."),
        ("http_503", "The service is busy or broken (503)."),
        ("http_418", "The service refused the question (418)."),
        ("http_499", "The service refused the question (499)."),
    ],
)
def test_each_error_of_the_service_names_its_remedy(code, words):
    assert words in model_texts.error_words(code)


@pytest.mark.parametrize("fault", ["no_ground", "no_answer", "no_source", "unknown_source", "beyond_sources", "leak"])
def test_each_reason_to_hold_back_an_answer_has_words(fault):
    assert model_texts.fault_words(fault)


def test_an_unknown_reason_has_no_words():
    assert model_texts.fault_words("other") == ""
