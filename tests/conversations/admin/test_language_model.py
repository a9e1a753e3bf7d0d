"""The page of the language model, the model on *Try a question*, and its check of the doctor."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from conversations import services
from conversations.doctor import LanguageModel
from conversations.knowledge.documents import passage_index
from conversations.models import Document, Errand, MemberModelUsage, Message, ModelUsage
from core import backends
from tests.conversations.support import chat_server
from tests.conversations.support.chat_server import KEY, LOOPBACK, Reaction, error
from tests.conversations.support.flow_pages import staff
from tests.support import factories

pytestmark = pytest.mark.django_db
TRY = "admin:conversations_answer_try_question"
ASKED = {"q": "打印机卡纸"}


@pytest.fixture
def server(settings):
    with chat_server.running() as server:
        options = {"base_url": server.url, "model": "qwen3", "api_key": KEY, "networks": LOOPBACK}
        settings.CHAT = {**settings.CHAT, **options}
        entry = {"class": "conversations.providers.grounded_chat.GroundedChat", "options": {**options, "timeout": 5.0}}
        settings.REPLY_PROVIDERS = {**settings.REPLY_PROVIDERS, "chat": entry}
        backends.backend.cache_clear()
        yield server
    backends.backend.cache_clear()
    passage_index._indexes.clear()


@pytest.fixture
def handbook(application) -> None:
    file = SimpleUploadedFile("a.md", "# 打印机\n\n打印机卡纸找行政部小王。".encode())
    services.read_document(services.save_document(Document(title="员工手册"), file=file).pk)


def shown(client, address: str, **data) -> Any:
    response = client.get(address, data)
    assert response.status_code == 200
    return response.content.decode()


def asked(client, **data) -> Any:
    address = f"{reverse(TRY)}?q={ASKED['q']}"
    return client.post(address, data).content.decode()


def test_passages_are_shown_with_title_and_what_would_be_quoted(hr, handbook):
    page = shown(hr, reverse(TRY), **ASKED)
    assert "“员工手册”, “打印机”" in page
    assert "A document answers it" in page
    assert "Ask the language model" not in page


def test_the_model_is_asked_on_demand_with_sources_and_cost(hr, server, handbook, settings):
    settings.CHAT_LIMITS = {**settings.CHAT_LIMITS, "PRICE_SENT": 2.0, "PRICE_ANSWERED": 8.0}
    assert "Ask the language model" in shown(hr, reverse(TRY), **ASKED)
    assert server.asked == []
    server.script = [Reaction(text="找小王 [1]。", usage=(300, 20)), Reaction(text="找小王。"), error(401)]
    page = asked(hr)
    assert "找小王。\n来源：《员工手册》“打印机”" in page
    assert "320 tokens" in page
    assert "¥0.0008" in page
    assert "it names no source" in asked(hr)
    assert "OPENUSER_CHAT_API_KEY" in asked(hr)
    assert not Errand.objects.exists()
    assert not Message.objects.exists()
    assert not MemberModelUsage.objects.exists()
    assert ModelUsage.objects.get().questions == 2


def test_who_may_not_change_answers_costs_nothing(server, handbook):
    viewer = staff("viewer", "viewer")
    assert "Ask the language model" not in shown(viewer, reverse(TRY), **ASKED)
    asked(viewer)
    assert server.asked == []


def test_the_page_shows_limits_spending_and_masked_members(hr, server, application, settings):
    settings.CHAT_LIMITS = {**settings.CHAT_LIMITS, "PRICE_SENT": 2.0, "COMPANY_QUESTIONS": 10, "MEMBER_QUESTIONS": 5}
    used = {
        "day": timezone.localdate(),
        "questions": 9,
        "tokens_sent": 4_000,
        "tokens_answered": 100,
        "cost": 8_000_000,
    }
    ModelUsage.objects.create(corporation=application.corporation, error="http_401", error_at=timezone.now(), **used)
    member = factories.make_member(application, "wangxiaoming")
    MemberModelUsage.objects.create(member=member, **used)
    page = shown(hr, reverse("language-model"))
    for words in ("qwen3", "90", "¥8.00", "4,100", "wa***g", "OPENUSER_CHAT_API_KEY", "1 member can ask no more today"):
        assert words in page
    assert "wangxiaoming" not in page
    assert KEY not in page


def test_the_page_says_when_no_model_is_asked(hr):
    assert "No language model is asked" in shown(hr, reverse("language-model"))
    assert staff("nobody").get(reverse("language-model")).status_code in (302, 403)


def test_the_doctor_names_what_is_wrong(server, settings, application):
    check = LanguageModel()
    assert check.run().level == "good"
    settings.CHAT = {**settings.CHAT, "api_key": "sk-other"}
    found = check.run()
    assert (found.level, found.code) == ("bad", "http_401")
    settings.CHAT = {**settings.CHAT, "api_key": KEY}
    settings.CHAT_LIMITS = {**settings.CHAT_LIMITS, "COMPANY_QUESTIONS": 1}
    ModelUsage.objects.create(corporation=application.corporation, day=timezone.localdate(), questions=1)
    assert (check.run().level, check.run().code) == ("warn", "company_limit")
    settings.CHAT = {**settings.CHAT, "base_url": ""}
    assert check.run().level == "good"
