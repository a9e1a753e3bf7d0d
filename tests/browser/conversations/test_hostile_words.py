"""Hostile words in names, messages, documents, flows and answers of a model: no page runs them."""

import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import FilePayload, Page, expect

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
    topic, _made = Topic.objects.get_or_create(name=words[:60], can_be_muted=False)
    save_answer(Answer(question=f"{{words}} {{number}}", other_wordings=words, answer=words, topic=topic))
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
SET_UP_FLOWS = """
import json
from django.utils import timezone
from conversations.flows import publication
from conversations.models import *
from wecom.models import Application, Member
application = Application.objects.get(is_default=True)
payloads = json.loads({payloads!r})
flow = Flow.objects.create(name=payloads[6], description=payloads[0], triggers=payloads[9], enabled=False)
for number, words in enumerate(payloads):
    fields = dict(name=words[:60], text=words, choices=f"{{words}} = {{words}}", retry_text=words, formula=words[:40])
    fields |= dict(slot_type="choice" if number == 39 else "text", position=number + 1, validator=words[:40])
    State.objects.create(flow=flow, key=f"s{{number}}", slot=f"a{{number}}", **fields)
steps = list(flow.states.all())
for step, words in zip(steps, payloads):
    Transition.objects.create(state=step, target=steps[-1], test="contains", value=words, slot="a0")
version = FlowVersion(flow=flow, number=1, definition=publication.draft(flow).to_json(), note=payloads[10])
version.save(force_insert=True)
Flow.objects.filter(pk=flow.pk).update(live=version)
member = Member.objects.create(corporation=application.corporation, user_id="hostilef", name=payloads[6])
chat = Conversation.objects.create(application=application, member=member, language="zh-hans")
said = {{f"a{{number}}": words for number, words in enumerate(payloads)}}
session = Session.objects.create(
    version=version, conversation=chat, status="sleeping", state="s0", slots=said, labels=said, data=said,
    path=["s0", "s1"], due_at=timezone.now() + timezone.timedelta(days=9),
)
StateEntry.objects.create(session=session, version=version, source="s0", state="s1")
turns = [
    dict(act="start" if number == 0 else "say", text=words, shown=words, said=[
        dict(sort="text", text=words, choices=[words])
    ])
    for number, words in enumerate(payloads)
]
GoldenConversation.objects.create(flow=flow, name=payloads[6], happens_at=timezone.now(), turns=turns)
MemberModelUsage.objects.create(member=member, day=timezone.localdate(), questions=1)
print("KEYS", flow.pk, steps[0].pk, session.pk, version.pk)
"""
TIDY_FLOWS = """
from conversations.models import *
from wecom.models import Member
Member.objects.filter(user_id="hostilef").delete()
for flow in Flow.objects.filter(name__contains="hostile()"):
    Session.objects.filter(version__flow=flow).delete()
    Flow.objects.filter(pk=flow.pk).update(live=None)
    flow.versions.all().delete()
    flow.delete()
"""
SET_UP_DESK = """
import json
from django.utils import timezone
from conversations.models import *
from wecom.models import Application, Member
application = Application.objects.get(is_default=True)
payloads = json.loads({payloads!r})
member = Member.objects.create(corporation=application.corporation, user_id="hostiled", name=payloads[6])
chat = Conversation.objects.create(application=application, member=member, language="zh-hans")
now = timezone.now()
for number, words in enumerate(payloads):
    CannedAnswer.objects.create(title=words[:60], text=words)
    operator = Operator.objects.create(name=words[:60])
    group = OperatorGroup.objects.create(application=application, name=f"{{words[:28]}}{{number:02}}", enabled=False)
    topic, _made = Topic.objects.get_or_create(name=words[:60], defaults=dict(can_be_muted=False))
    fields = dict(status="closed", outcome="solved", opened_at=now, taken_at=now, closed_at=now)
    Ticket.objects.create(
        conversation=chat, reason="asked", summary=words, operator=operator, group=group, topic=topic, **fields
    )
ticket = Ticket.objects.create(conversation=chat, reason="asked", summary=payloads[6])
print("KEYS", ticket.pk, group.pk)
"""
TIDY_DESK = """
from conversations.models import *
from wecom.models import Member
Member.objects.filter(user_id="hostiled").delete()
CannedAnswer.objects.filter(text__contains="hostile()").delete()
Operator.objects.filter(user=None, member=None, name__contains="hostile").delete()
OperatorGroup.objects.filter(enabled=False).delete()
"""
# Whatever runs is noted; a dialog that was opened by other means is too.
WATCH = "window.ran = []; window.hostile = () => window.ran.push(location.href); window.alert = window.hostile;"


@pytest.fixture
def flow_keys(stack: Stack) -> Iterator[list[str]]:
    said = stack.manage("shell", "-c", SET_UP_FLOWS.format(payloads=json.dumps(PAYLOADS)))
    yield next(line.split()[1:] for line in said.splitlines() if line.startswith("KEYS"))
    stack.manage("shell", "-c", TIDY_FLOWS)


@pytest.fixture
def desk_keys(stack: Stack) -> Iterator[list[str]]:
    said = stack.manage("shell", "-c", SET_UP_DESK.format(payloads=json.dumps(PAYLOADS)))
    yield next(line.split()[1:] for line in said.splitlines() if line.startswith("KEYS"))
    stack.manage("shell", "-c", TIDY_DESK)


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
        nothing_ran(desk, name)
        picture(desk, name)


def test_nothing_in_a_flow_or_its_sessions_runs(desk: Page, stack: Stack, flow_keys: list[str], picture):
    flow, step, session, version = flow_keys
    admin = f"{stack.url}/admin/conversations"
    pages = {
        "flows": f"{admin}/flow/",
        "flow": f"{admin}/flow/{flow}/change/",
        "step": f"{admin}/state/{step}/change/",
        "version": f"{admin}/flowversion/{version}/change/",
        "graph": f"{stack.url}/admin/flows/{flow}/graph/",
        "numbers": f"{stack.url}/admin/flows/{flow}/numbers/",
        "golden": f"{admin}/flow/{flow}/golden/",
        "publish": f"{admin}/flow/{flow}/publish_this/",
        "try-flow": f"{admin}/flow/{flow}/try_it/",
        "sessions": f"{admin}/session/",
        "session": f"{admin}/session/{session}/change/",
    }
    desk.add_init_script(WATCH)
    for name, address in pages.items():
        desk.goto(address)
        expect(desk.locator("body")).to_contain_text("hostile()")
        nothing_ran(desk, name)
        picture(desk, name)
    for words in (PAYLOADS[6], PAYLOADS[39]):
        desk.goto(pages["try-flow"])
        desk.locator(".ou-write [name=text]").fill(words)
        desk.locator(".ou-write button").click()
        nothing_ran(desk, "tried")
    for name, address in (("ready", f"{admin}/flow/ready/"), ("model", f"{stack.url}/admin/language-model/")):
        desk.goto(address)
        nothing_ran(desk, name)


@pytest.mark.thorough
def test_nothing_of_operators_or_in_files_runs(desk: Page, stack: Stack, desk_keys: list[str], picture):
    ticket, group = desk_keys
    admin = f"{stack.url}/admin/conversations"
    pages = {
        "report": f"{stack.url}/admin/ticket-report/",
        "closed": f"{stack.url}/admin/desk/?list=closed",
        "desk": f"{stack.url}/admin/desk/{ticket}/",
        "canned": f"{admin}/cannedanswer/",
        "operators": f"{admin}/operator/",
        "groups": f"{admin}/operatorgroup/",
        "group": f"{admin}/operatorgroup/{group}/change/",
        "topics": f"{admin}/topic/",
    }
    desk.add_init_script(WATCH)
    for name, address in pages.items():
        desk.goto(address)
        expect(desk.locator("body")).to_contain_text("hostile")
        nothing_ran(desk, name)
        picture(desk, name)
    desk.goto(pages["desk"])
    box = desk.get_by_test_id("composer").locator("textarea")
    box.press_sequentially("/script")
    box.press("Enter")
    expect(box).to_have_value(re.compile("<script>hostile"))
    nothing_ran(desk, "found")
    box.fill("")
    rows = "\n".join(f'"{words.replace(chr(34), chr(34) * 2)} {n}","x"' for n, words in enumerate(PAYLOADS))
    file: FilePayload = {"name": "answers.csv", "mimeType": "text/csv", "buffer": f"问题,回答\n{rows}".encode()}
    desk.goto(f"{admin}/answer/import/")
    desk.locator("#content input[type=file]").set_input_files(file)
    desk.locator("#content form .ou-button").click()
    expect(desk.get_by_test_id("counts")).to_be_visible()
    expect(desk.locator("#content")).to_contain_text("hostile()")
    nothing_ran(desk, "rows")
    picture(desk, "rows")


def nothing_ran(page: Page, name: str) -> None:
    """No payload was executed, nor stands in the page as markup."""
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.ran") == [], name
    assert page.locator("[onerror], [onload], [onfocus], [ontoggle], [onbegin], iframe").count() == 0, name
