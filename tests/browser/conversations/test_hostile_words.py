"""Hostile words in names, messages, documents and answers of a model: no page of knowledge or desk runs them."""

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support.payloads import PAYLOADS
from tests.support.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SET_UP = """
import json
from django.utils import timezone
from conversations.models import *
from wecom.models import Application, Member
from conversations.services import save_answer
application = Application.objects.get(is_default=True)
payloads = json.loads({payloads!r})
first = Document.objects.create(title="hostile", file="x.md", kind="markdown", status="done")
chat = None
for number, words in enumerate(payloads):
    member = Member.objects.create(corporation=application.corporation, user_id=f"hostile{{number}}", name=words[:60])
    one = Conversation.objects.create(application=application, member=member, language="zh-hans")
    chat = chat or one
    save_answer(Answer(question=f"{{words}} {{number}}", other_wordings=words, answer=words, topic=words[:60]))
    Document.objects.create(title=f"{{words}} {{number}}", file="x.md", kind="markdown", status="done")
    Passage.objects.create(document=first, number=number, heading=words, text=words)
    row = UnansweredQuestion.objects.create(question=words, plain=f"{{number}}", times=1)
    QuestionOccurrence.objects.create(question=row, conversation=one, words=words)
    for direction, state in (("in", "received"), ("out", "sending")):
        content = Content.objects.create(text=words if direction == "in" else f"{{words}}\\n来源：《{{words}}》")
        fields = dict(application=application, direction=direction, state=state, content=content)
        Message.objects.create(member=chat.member, **fields)
ticket = Ticket.objects.create(conversation=chat, reason="asked", summary=payloads[6])
for message in chat.messages():
    TicketLine.objects.create(ticket=ticket, message=message)
print("KEYS", first.pk, chat.pk, ticket.pk, Answer.objects.last().pk, UnansweredQuestion.objects.last().pk)
"""
TIDY = """
from conversations.models import *
from wecom.models import Member
Answer.objects.filter(question__contains="hostile()").delete()
for document in Document.objects.filter(title__contains="hostile"):
    document.delete()
UnansweredQuestion.objects.filter(question__contains="hostile()").delete()
Message.objects.filter(content__text__contains="hostile()").delete()
Member.objects.filter(user_id__startswith="hostile").delete()
"""
# Whatever runs is noted; a dialog that was opened by other means is too.
WATCH = "window.ran = []; window.hostile = () => window.ran.push(location.href); window.alert = window.hostile;"


@pytest.fixture
def keys(stack: Stack) -> Iterator[list[str]]:
    said = stack.manage("shell", "-c", SET_UP.format(payloads=json.dumps(PAYLOADS)))
    yield next(line.split()[1:] for line in said.splitlines() if line.startswith("KEYS"))
    stack.manage("shell", "-c", TIDY)


def test_nothing_that_people_or_models_write_runs(desk: Page, stack: Stack, keys: list[str], picture):
    assert len(set(PAYLOADS)) == 40
    document, chat, ticket, answer, question = keys
    admin = f"{stack.url}/admin/conversations"
    pages = {
        "answers": f"{admin}/answer/",
        "answer": f"{admin}/answer/{answer}/change/",
        "documents": f"{admin}/document/",
        "passages": f"{admin}/document/{document}/change/",
        "unanswered": f"{admin}/unansweredquestion/",
        "question": f"{admin}/unansweredquestion/{question}/change/",
        "conversation": f"{admin}/conversation/{chat}/change/",
        "messages": f"{admin}/message/",
        "desk": f"{stack.url}/admin/desk/?list=waiting",
        "ticket": f"{stack.url}/admin/desk/{ticket}/",
        "try": f"{admin}/answer/try/?q={quote(PAYLOADS[6])}",
    }
    desk.add_init_script(WATCH)
    for name, address in pages.items():
        desk.goto(address)
        expect(desk.locator("body")).to_contain_text("hostile()")
        desk.wait_for_load_state("networkidle")
        assert desk.evaluate("window.ran") == [], name
        assert desk.locator("[onerror], [onload], [onfocus], [ontoggle], [onbegin], iframe").count() == 0, name
        picture(desk, name)
