"""Rows of conversations with hostile words in all their texts, in a stack, and every page that shows them."""

import json
from collections.abc import Iterator

from tests.browser.support.payloads import PAYLOADS
from tests.support.stack import Stack

PLANT_KNOWLEDGE = """
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
CLEAR_KNOWLEDGE = """
from conversations.models import *
from wecom.models import Member
Answer.objects.filter(question__contains="hostile()").delete()
for document in Document.objects.filter(title__contains="hostile"):
    document.delete()
UnansweredQuestion.objects.filter(question__contains="hostile()").delete()
Message.objects.filter(content__text__contains="hostile()").delete()
Member.objects.filter(user_id__startswith="hostile").delete()
"""
PLANT_FLOWS = """
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
CLEAR_FLOWS = """
from conversations.models import *
from wecom.models import Member
Member.objects.filter(user_id="hostilef").delete()
for flow in Flow.objects.filter(name__contains="hostile()"):
    Session.objects.filter(version__flow=flow).delete()
    Flow.objects.filter(pk=flow.pk).update(live=None)
    flow.versions.all().delete()
    flow.delete()
"""
PLANT_DESK = """
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
CLEAR_DESK = """
from conversations.models import *
from wecom.models import Member
Member.objects.filter(user_id="hostiled").delete()
CannedAnswer.objects.filter(text__contains="hostile()").delete()
Operator.objects.filter(user=None, member=None, name__contains="hostile").delete()
OperatorGroup.objects.filter(enabled=False).delete()
"""
# Whose key stands first in the addresses of conversations/urls.py.
LIST_PAGES = """
from django.apps import apps
from django.contrib import admin
from django.urls import reverse
from conversations import urls
from conversations.models import *
from tests.openuser.support.admin_pages import addresses
for model in apps.get_app_config("conversations").get_models():
    row = model._default_manager.order_by("pk").last()
    if row and model in admin.site._registry:
        print(*(f"PAGE {address}" for address in addresses(row).values()), sep="\\n")
flow, ticket = Flow.objects.order_by("pk").last(), Ticket.objects.order_by("pk").last()
keys = {"flows": {"pk": flow.pk, "step": flow.states.first().pk}, "desk": {"pk": ticket.pk}}
for one in urls.urlpatterns:
    known = keys.get(str(one.pattern).partition("/")[0], {})
    print("PAGE", reverse(one.name, kwargs={key: known[key] for key in one.pattern.converters}))
"""


def planted(stack: Stack, plant: str, clear: str) -> Iterator[list[str]]:
    """The rows of a script, for as long as a fixture lasts; yields the keys that it prints."""
    said = stack.manage("shell", "-c", plant.format(payloads=json.dumps(PAYLOADS)))
    yield next(line.split()[1:] for line in said.splitlines() if line.startswith("KEYS"))
    stack.manage("shell", "-c", clear)


def all_pages(stack: Stack) -> list[str]:
    """Every address of conversations, read from its URL configuration, for the newest row of each model."""
    said = stack.manage("shell", "-c", LIST_PAGES)
    return [line.removeprefix("PAGE ") for line in said.splitlines() if line.startswith("PAGE ")]
