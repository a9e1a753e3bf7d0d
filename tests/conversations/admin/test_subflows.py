"""A flow that runs another one, as HR edits it, tries it and looks at whoever is in it."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from conversations.models import Flow, Session, State
from tests.conversations.support.flow_pages import edit, url
from tests.conversations.support.nested_flows import make_contact, make_visit, published
from tests.support.admin_forms import unchanged

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact(application) -> Flow:
    return make_contact()


@pytest.fixture
def visit(contact) -> Flow:
    return published(make_visit(contact))


def page_of(hr: Client, *path: object) -> str:
    model, page, pk = path
    return hr.get(url(str(model), str(page), pk)).content.decode()


def test_a_step_is_given_its_flow_and_answers_on_its_page(hr, visit, contact):
    step = State.objects.get(flow=visit, kind="subflow")
    edit(hr, step, given="phone = name", taken="who = name")
    step.refresh_from_db()
    assert (step.subflow, step.given) == (contact, "phone = name")
    address = url("state", "change", step.pk)
    form = hr.get(address).context["adminform"].form
    assert list(form.fields["subflow"].queryset) == [contact]  # not itself
    refused = hr.post(address, {**unchanged(hr, address), "given": "phone = (name"})
    assert refused.context["adminform"].form.errors["given"]


def test_answers_are_chosen_from_those_that_the_sub_flow_keeps(hr, visit, contact):
    step = State.objects.get(flow=visit, kind="subflow")
    contact.states.filter(key="name").update(slot="not_published_yet")
    shown = hr.get(url("state", "change", step.pk))
    attrs = shown.context["adminform"].form.fields["taken"].widget.attrs
    assert json.loads(attrs["data-theirs"])[str(contact.pk)] == [["phone", "phone", False], ["name", "name", False]]
    assert ["right", "right"] in json.loads(attrs["data-own"])
    assert "conversations/subflow_answers.js" in shown.content.decode()


def test_the_drawing_leads_to_the_graph_of_the_sub_flow(hr, visit, contact):
    drawn = page_of(hr, "flow", "change", visit.pk)
    assert f'href="{reverse("draft-graph", args=[contact.pk])}"' in drawn
    assert "→ 联系方式" in drawn


def test_a_flow_that_others_run_says_so_and_stays(hr, visit, contact):
    shown = page_of(hr, "flow", "change", contact.pk)
    assert "Runs as a sub-flow in:" in shown
    assert "访客" in shown
    hr.post(url("flow", "delete", contact.pk), {"post": "yes"})
    assert Flow.objects.filter(pk=contact.pk).exists()
    asked = page_of(hr, "flow", "delete", contact.pk)
    assert "It runs as a sub-flow in: “访客”" in asked
    address = url("flow", "change", contact.pk)
    data = {name: value for name, value in unchanged(hr, address).items() if name != "enabled"}
    answer = hr.post(address, data, follow=True)
    assert "There it counts as failed: “访客”" in answer.content.decode()


def test_trying_goes_into_the_sub_flow_and_comes_back(hr, visit):
    page = url("flow", "try_it", visit.pk)
    hr.get(page)
    for text in ("王芳", "13800138000"):
        hr.post(page, {"act": "say", "text": text})
    shown = hr.get(page)
    assert [level.name for level in shown.context["levels"]] == ["", "联系方式"]
    assert shown.context["levels"][1].slots == [("phone", "13800138000", "")]
    html = shown.content.decode()
    assert "It is in the sub-flow “联系方式”" in html
    assert html.count('class="state ask here') == 1
    assert html.count('class="state subflow here') == 1
    hr.post(page, {"act": "step_back"})
    hr.post(page, {"act": "say", "text": "13900139000"})
    hr.post(page, {"act": "say", "text": "李雷"})
    shown = hr.get(page)
    (level,) = shown.context["levels"]
    assert ("who", "李雷", "") in level.slots
    assert "王芳找李雷？" in shown.content.decode()
    hr.post(page, {"act": "choose", "text": "yes"})
    assert hr.get(page).context["outcome"]


def test_a_tried_sub_flow_that_runs_out_of_tries_leads_on(hr, visit):
    page = url("flow", "try_it", visit.pk)
    hr.get(page)
    for text in ("王芳", "不知道"):
        hr.post(page, {"act": "say", "text": text})
    assert "下次再登记。" in hr.get(page).content.decode()


def test_the_page_of_a_session_shows_both_flows(hr, person, visit, contact):
    person.says("访客登记")
    person.says("王芳")
    shown = page_of(hr, "session", "change", Session.objects.get().pk)
    assert "In a sub-flow of" in shown
    assert "王芳" in shown
    assert shown.count("<svg") == 2


def test_numbers_lead_to_those_in_the_sub_flow(hr, person, visit, contact):
    person.says("访客登记")
    person.says("王芳")
    for flow, key in ((visit, "contact"), (contact, "phone")):
        shown = hr.get(reverse("flow-numbers", args=[flow.pk]))
        numbers = dict(shown.context["rows"])[key]
        assert [number.count for number in numbers] == [1, 1, 0]
        for number in numbers[:2]:
            assert hr.get(number.url).context["cl"].result_count == 1
