"""What the texts of a flow say to this member."""

import json

import pytest

from conversations import services
from conversations.models import Flow, Message, Session, State
from wecom.models import MemberFact
from wecom.services import set_facts

pytestmark = pytest.mark.django_db


def make_flow(name: str, *rows: dict, **fields) -> Flow:
    flow = Flow.objects.create(name=name, triggers=name, **fields)
    for number, row in enumerate(rows):
        State.objects.create(flow=flow, position=number, **row)
    services.publish(flow)
    return flow


def test_a_text_shows_a_fact_which_stays_out_of_logs_and_causes(person, application, caplog):
    make_flow("报到", {"key": "hi", "name": "问候", "kind": "end", "text": "{{member.city|总部}}的同事，你好！"})
    assert person.says("报到") == ["总部的同事，你好！"]
    set_facts(Session.objects.first().conversation.member, {"city": "火星"})
    with caplog.at_level("DEBUG"):
        assert person.says("报到") == ["火星的同事，你好！"]
    assert MemberFact.objects.filter(text="火星").exists()
    causes = list(Message.objects.values_list("cause", flat=True))
    assert "火星" not in caplog.text + json.dumps(causes, ensure_ascii=False)
