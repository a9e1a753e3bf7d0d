"""What the texts of a flow say to this member."""

import json

import pytest

from conversations import services
from conversations.models import Flow, Message, MoveBatch, Session, SessionPlan, State
from conversations.services import StateChoice
from conversations.sessions import moves
from tests.conversations.support import two_languages
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


def test_language_in_the_middle_changes_the_next_line(person, application):
    two_languages.make_flow()
    assert person.says("选画质") == ["同事，请选择画质： | 1. 基础 | 2. 高清"]
    person.says("/language en")
    assert person.says("最好的") == ["I did not get that.", "Which quality, colleague? | 1. Basic | 2. High"]
    assert person.says("普通") == ["It is Basic."]


def test_an_answer_in_another_language_keeps_that_of_the_flow(person, application):
    two_languages.make_flow()
    person.says("选画质")
    assert person.says("I would like the best one, please") == ["没看懂。", "同事，请选择画质： | 1. 基础 | 2. 高清"]
    assert Session.objects.get().language == "zh-hans"


def test_help_and_notices_name_the_flow_in_the_members_language(person, application):
    two_languages.make_flow()
    person.says("hello, how are you?")
    (words,) = person.says("/help")
    assert "choose quality" in words
    assert "Choose a quality" in words
    person.says("choose quality")
    assert person.says("cancel") == ["Done: “Choose a quality” was cancelled."]


def test_a_session_that_moves_is_asked_in_its_language(person, application):
    flow = two_languages.make_flow()
    person.says("hello, how are you?")
    person.says("choose quality")
    state = flow.states.get(key="quality")
    state.translations["en"]["text"] = "Which quality do you want?"
    state.save()
    move = StateChoice(state="quality", choice=SessionPlan.Choice.MOVE, target="quality")
    services.publish_planned(flow, plan=[move])
    moves.move_sessions(MoveBatch.objects.get().pk)
    told, asked = person.read()
    assert told.startswith("“Choose a quality” was updated.")
    assert asked.startswith("Which quality do you want?")
