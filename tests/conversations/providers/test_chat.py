"""The language model provider, over HTTP with a local service."""

import json
import logging
import pickle
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from django.utils import translation

from conversations.model_service.chat_model import MAX_BODY
from conversations.model_service.reasoning_filter import without_thoughts
from conversations.models import Content, Message
from conversations.providers.base import ReplyBusy, ReplyRefused
from conversations.providers.chat import LONGEST, Chat
from conversations.wording import chat_texts
from tests.conversations.support import chat_server
from tests.conversations.support.chat_server import KEY, LOOPBACK, ChatServer, Reaction, error
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def server():
    with chat_server.running() as server:
        yield server


@pytest.fixture
def conversation():
    application = factories.make_application()
    factories.make_desk(application, digital_human=factories.make_digital_human(name="林晓"))
    return factories.make_conversation(application)


def chat(server: ChatServer, **options: Any) -> Chat:
    given: dict[str, Any] = {
        "base_url": server.url,
        "model": "qwen3",
        "api_key": KEY,
        "timeout": 5.0,
        "networks": LOOPBACK,
    }
    return Chat(**(given | options))


def ask(provider: Chat, conversation, text: str = "年假有几天？", language: str = "zh-hans") -> str | None:
    return provider.answer(conversation, text, language=language)


def said(conversation, text: str, *, by: str = "in", cid: str = "", kind: str = "text") -> Message:
    return Message.objects.create(
        application=conversation.application,
        member=conversation.member,
        direction=by,
        state="received" if by == "in" else "sending",
        content=Content.objects.create(kind=kind, text=text),
        cid=cid,
    )


def turns(server: ChatServer) -> list[tuple[str, str]]:
    """What the model was shown last, without the system's part."""
    return [(turn["role"], turn["content"]) for turn in server.asked[-1]["messages"][1:]]


def test_the_question_goes_out_with_key_model_and_persona(server, conversation):
    server.script = [Reaction(text="  五天。\n")]
    assert ask(chat(server), conversation) == "五天。"
    (asked,) = server.asked
    assert (asked["model"], asked["max_tokens"], asked["stream"]) == ("qwen3", 800, False)
    system, question = asked["messages"]
    assert system["role"] == "system"
    assert "林晓" in system["content"]
    assert "Chinese" in system["content"]
    assert question == {"role": "user", "content": "年假有几天？"}
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"


def test_the_prompt_is_the_operators_and_the_language_the_persons(server, conversation):
    ask(chat(server, prompt="Du bist {name}."), conversation, "hi", "en")
    assert server.asked[0]["messages"][0]["content"] == "Du bist 林晓.\nAnswer in English."


def test_the_request_can_be_fitted_to_a_service(server, conversation):
    extra = {"max_tokens": None, "max_completion_tokens": 300, "enable_thinking": False}
    ask(chat(server, extra=extra), conversation)
    assert "max_tokens" not in server.asked[0]
    assert server.asked[0]["max_completion_tokens"] == 300
    assert server.asked[0]["enable_thinking"] is False


def test_the_history_is_of_this_conversation_oldest_first(server, conversation):
    other = factories.make_conversation(conversation.application, "lisi")
    said(other, "别人的话", by="in")
    for text, by in (("欢迎！", "out"), ("我叫小王", "in"), ("你好小王", "out"), ("还有", "out"), ("我叫什么？", "in")):
        said(conversation, text, by=by)
    ask(chat(server), conversation, "我叫什么？")
    assert turns(server) == [("user", "我叫小王"), ("assistant", "你好小王\n还有"), ("user", "我叫什么？")]


def test_what_came_after_the_question_is_not_before_it(server, conversation):
    said(conversation, "一", cid="c1")
    said(conversation, "二", cid="c2")
    said(conversation, "三", cid="c3")
    said(conversation, "答一", by="out", cid="c1")
    said(conversation, "答三", by="out", cid="c3")
    ask(chat(server), conversation, "二")
    assert turns(server) == [("user", "一"), ("assistant", "答一"), ("user", "二")]


def test_words_for_want_of_an_answer_are_not_shown_to_the_model(server, conversation):
    for language in ("zh-hans", "en"):
        with translation.override(language):
            words = (chat_texts.no_answer_in_time(), chat_texts.not_understood(), chat_texts.looking_up())
        for text in words:
            said(conversation, "问", by="in")
            said(conversation, text, by="out")
    ask(chat(server), conversation, "年假？")
    assert turns(server) == [("user", "年假？")]


def test_the_history_ends_at_its_length_and_at_its_budget(server, conversation):
    for number in range(20):
        said(conversation, f"问{number}", by="in")
        said(conversation, f"答{number}", by="out")
    ask(chat(server, history=4), conversation, "x")
    assert [text for _, text in turns(server)] == ["问18", "答18", "问19", "答19", "x"]
    ask(chat(server, history=0), conversation, "x")
    assert turns(server) == [("user", "x")]
    said(conversation, "长" * 5_996, by="in")
    said(conversation, "短", by="out")
    ask(chat(server, history=8), conversation, "x")
    assert [len(text) for _, text in turns(server)] == [5_996, 1, 1]


@pytest.mark.parametrize(
    ("status", "code", "remedy"),
    [
        (400, "unsupported_parameter", "unsupported_parameter"),
        (401, "", "OPENUSER_CHAT_API_KEY"),
        (402, "", "credit"),
        (403, "", "OPENUSER_CHAT_API_KEY"),
        (404, "model_not_found", "OPENUSER_CHAT_MODEL"),
        (307, "", "OPENUSER_CHAT_BASE_URL"),
        (422, "", "422"),
        (429, "insufficient_quota", "credit"),
    ],
)
def test_what_will_not_pass_is_refused_with_a_remedy(server, conversation, status, code, remedy):
    server.script = [error(status, code, "They wrote: 年假有几天？", Location=f"{server.url}/elsewhere")]
    with pytest.raises(ReplyRefused) as caught:
        ask(chat(server), conversation)
    assert remedy in str(caught.value)
    assert "年假" not in str(caught.value)
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 529])
def test_what_may_pass_is_busy_until_the_service_says(server, conversation, status):
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    server.script = [error(status), error(status, Retry_After="7"), error(status, Retry_After=at)]
    server.script += [error(status, Retry_After=odd) for odd in ("soon", "-3", "nan", "Wed, 99 Foo")]
    waits = []
    for _ in server.script:
        with pytest.raises(ReplyBusy) as caught:
            ask(chat(server), conversation)
        waits.append(caught.value.retry_after)
    assert waits[:2] == [0.0, 7.0]
    assert 80 < waits[2] <= 90
    assert waits[3:] == [0.0] * 4
    assert pickle.loads(pickle.dumps(caught.value)).code == f"http_{status}"


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"<html>", b"[]", b"{}", b"\xff\xfe", b"[" * 200_000),
        *(b'{"choices":[]}', b'{"choices":[{"message":null}]}', b'{"choices":[{"message":{"content":["x"]}}]}'),
    ],
)
def test_garbage_may_pass(server, conversation, body):
    server.script = [Reaction(body=body)]
    with pytest.raises(ReplyBusy) as caught:
        ask(chat(server), conversation)
    assert caught.value.code == "garbage"


def test_an_answer_without_end_is_not_read_to_its_end(server, conversation):
    server.script = [Reaction(body=b" " * (MAX_BODY + 1))]
    with pytest.raises(ReplyBusy) as caught:
        ask(chat(server), conversation)
    assert caught.value.code == "too_long"


def test_a_service_that_hangs_or_drips_is_left_in_time(server, conversation):
    server.script = [Reaction(after=server.over), Reaction(drips=True)]
    for _ in server.script:
        with pytest.raises(ReplyBusy) as caught:
            ask(chat(server, timeout=0.3), conversation)
        assert caught.value.code == "timeout"


def test_nobody_there_may_pass_and_no_address_will_not(server, conversation, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # which must not matter
    assert ask(chat(server), conversation)
    with pytest.raises(ReplyBusy):
        ask(chat(server, base_url="http://127.0.0.1:9/v1"), conversation)
    for address in ("localhost/v1", "ftp://localhost/v1", "http://"):
        with pytest.raises(ReplyRefused) as caught:
            ask(chat(server, base_url=address), conversation)
        assert "OPENUSER_CHAT_BASE_URL" in caught.value.remedy
    for key in ("钥匙", "two\nlines"):
        with pytest.raises(ReplyRefused) as caught:
            ask(chat(server, api_key=key), conversation)
        assert "OPENUSER_CHAT_API_KEY" in caught.value.remedy


def test_without_a_model_nothing_is_asked(server, conversation):
    with pytest.raises(ReplyRefused) as caught:
        ask(chat(server, model=""), conversation)
    assert "OPENUSER_CHAT_MODEL" in caught.value.remedy
    assert server.asked == []


@pytest.mark.parametrize("text", [None, "", "  \n", "<think>no idea</think>", "<think>cut off"])
def test_no_words_are_no_answer(server, conversation, text):
    server.script = [Reaction(text=text)]
    assert ask(chat(server), conversation) is None


def test_an_answer_in_parts_is_one(server, conversation):
    parts = [{"type": "text", "text": "五"}, {"type": "image_url"}, {"type": "text", "text": "天"}]
    server.script = [Reaction(body=json.dumps({"choices": [{"message": {"content": parts}}]}).encode())]
    assert ask(chat(server), conversation) == "五天"


def test_an_answer_that_rambles_is_cut(server, conversation):
    server.script = [Reaction(text="长" * 40_000)]
    answer = ask(chat(server), conversation)
    assert answer is not None
    assert answer.endswith("…")
    assert len(answer.encode()) <= LONGEST


def test_neither_key_nor_words_are_logged(server, conversation, caplog):
    caplog.set_level(logging.DEBUG)
    server.script = [Reaction(text="机密答案"), error(401, "bad", KEY), error(500), Reaction(body=b"<html>")]
    assert ask(chat(server), conversation, "机密问题") == "机密答案"
    for _ in server.script[1:]:
        with pytest.raises((ReplyBusy, ReplyRefused)) as caught:
            ask(chat(server), conversation, "机密问题")
        assert KEY not in str(caught.value)
    assert KEY not in caplog.text
    assert "机密" not in caplog.text


@pytest.mark.parametrize(
    ("thoughts", "answer"),
    [
        ("<think>\nhm\n</think>\n五天", "\n五天"),
        ("hm</think>五天", "五天"),
        ("五天<think>and so", "五天"),
        ("<THINKING>a<think>b</think>c</THINKING>五天", "五天"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
    ],
)
def test_thoughts_are_left_out(thoughts, answer):
    assert without_thoughts(thoughts) == answer
