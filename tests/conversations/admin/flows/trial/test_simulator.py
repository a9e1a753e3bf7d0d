"""*Try it* in either language of a flow: chosen at any moment, kept, and recorded."""

from typing import Any

import pytest
from django.test import Client

from conversations import services
from conversations.models import Flow, GoldenConversation
from tests.conversations.support.flow_pages import url
from tests.conversations.support.two_languages import make_flow
from tests.support import factories
from wecom.models import Department

pytestmark = pytest.mark.django_db


def tries(client: Client, flow: Flow, act: str, text: str = "") -> Any:
    client.post(url("flow", "try_it", flow.pk), {"act": act, "text": text})
    return client.get(url("flow", "try_it", flow.pk)).context


def said(context: Any) -> list[str]:
    return [bubble.text for bubble in context["bubbles"]]


def test_the_language_changes_in_the_middle_and_is_recorded(hr):
    flow = make_flow(published=False)
    assert said(tries(hr, flow, "start")) == ["同事，请选择画质："]
    context = tries(hr, flow, "speak", "en")
    assert context["languages"] == [("zh-hans", "Chinese", False), ("en", "English", True)]
    assert said(tries(hr, flow, "say", "普通")) == ["同事，请选择画质：", "普通", "It is Basic."]
    assert said(tries(hr, flow, "step_back")) == ["Which quality, colleague?"]
    tries(hr, flow, "say", "high")
    hr.post(url("flow", "record_golden", flow.pk), {"name": "In English"})
    golden = GoldenConversation.objects.get()
    assert [one["text"] for turn in golden.turns for one in turn["said"]] == [
        "Which quality, colleague?",
        "It is High.",
    ]
    assert "Language: English" in hr.get(url("flow", "golden", flow.pk)).content.decode()


def test_a_golden_conversation_holds_in_its_own_language(hr):
    flow = make_flow(published=False)
    inputs = [("start", ""), ("say", "1")]
    for language in ("", "en"):
        services.record_golden(flow, f"in {language or 'its own'}", inputs, language=language)
    done = flow.states.get(key="done")
    done.translations["en"]["text"] = "{{quality.label}} it is."
    done.save()
    found, _coverage = services.run_golden(flow)
    assert {one.golden.name: one.differs for one in found} == {"in its own": False, "in en": True}


def test_a_flow_in_one_language_offers_no_other(hr):
    flow = make_flow(published=False, also_in="")
    assert tries(hr, flow, "speak", "en")["languages"] == []
    assert said(tries(hr, flow, "say", "1"))[-1] == "选了基础。"


def test_an_answer_that_does_not_fit_is_explained(hr):
    flow = make_flow(published=False)
    tries(hr, flow, "start")
    assert tries(hr, flow, "say", "黄色")["reasons"] == [
        "The answer does not fit “画质”: it is asked again, 1 of 2 times."
    ]
    tries(hr, flow, "say", "黄色")
    (words,) = tries(hr, flow, "say", "黄色")["reasons"]
    assert words == "“画质” has no transition for “asked too often”, so the flow ends."


def test_silence_without_a_transition_is_explained(hr):
    flow = make_flow(published=False)
    tries(hr, flow, "start")
    (words,) = tries(hr, flow, "expire")["reasons"]
    assert words == "“画质” has no transition for “no answer in time”, so the flow ends."


def test_what_is_known_of_a_member_reads_as_words(hr):
    flow = make_flow(published=False)
    member = factories.make_member(factories.make_application(), name="李四")
    for number, name in enumerate(("总部", "研发部"), start=1):
        member.departments.add(Department.objects.create(corporation=member.corporation, number=number, name=name))
    hr.post(url("flow", "try_it", flow.pk), {"act": "cast", "member": member.user_id})
    page = hr.get(url("flow", "try_it", flow.pk))
    known = dict(page.context["known"])
    assert (known["name"], known["departments"], known["alias"]) == ("李四", "总部, 研发部", "")
    assert "()" not in "".join(known.values())
