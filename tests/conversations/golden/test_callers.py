"""Golden conversations of flows that run another one, asked before that is published."""

import pytest

from conversations import services
from conversations.exceptions import FlowError
from conversations.models import Flow, GoldenConversation
from tests.conversations.support.flow_pages import url
from tests.conversations.support.nested_flows import make_contact, make_visit, published, with_steps
from tests.support.factories import make_api
from tests.support.factories.conversations import change_steps
from tests.support.problem_details import problem

pytestmark = pytest.mark.django_db
TEXTS = ("王芳", "13800138000", "李雷", "是")
INPUTS = [("start", ""), *(("say", text) for text in TEXTS)]


@pytest.fixture
def contact() -> Flow:
    return make_contact()


@pytest.fixture
def visit(contact) -> Flow:
    """A flow that runs the other one, with a golden conversation through both."""
    visit = published(make_visit(contact))
    services.record_golden(visit, "登记", INPUTS)
    return visit


def change(contact: Flow) -> None:
    contact.states.filter(key="thanks").update(text="好。")


def test_a_sub_flow_is_held_by_the_flow_that_runs_it(contact, visit):
    change(contact)
    with pytest.raises(FlowError, match="“登记” of “访客”") as refused:
        services.publish(contact)
    assert (refused.value.code, refused.value.field) == ("golden_differs", "golden")
    version = services.publish(contact, despite="短一点")
    assert version.despite == "短一点"
    assert services.run_golden(visit)[0][0].differs
    assert services.run_callers_golden(contact) == [], "it differs today, whatever is published"


def test_a_flow_holds_through_another_one_between(contact, visit):
    start = {"key": "run", "kind": "subflow", "subflow": visit}
    outer = published(
        with_steps(Flow.objects.create(name="来宾"), start, {"key": "bye", "kind": "end", "text": "走好"})
    )
    GoldenConversation.objects.all().delete()
    services.record_golden(outer, "来宾登记", INPUTS)
    change(contact)
    (found,) = services.run_callers_golden(contact)
    assert (found.differs, found.golden.flow) == (True, outer)


def test_a_caller_that_is_not_published_is_played_on_its_draft(contact):
    visit = make_visit(contact)
    services.record_golden(visit, "登记", INPUTS)
    change(contact)
    (found,) = services.run_callers_golden(contact)
    assert found.differs


def test_a_change_that_no_caller_hears_is_published(contact, visit):
    change_steps(contact.states.filter(key="phone"), reminder="还在吗？")
    assert services.publish(contact, despite="none").despite == ""
    (found,) = services.run_callers_golden(contact)
    assert not found.differs


def test_the_page_names_the_caller_and_shows_what_it_would_say(hr, contact, visit):
    change(contact)
    page = url("flow", "publish_this", contact.pk)
    shown = hr.get(page).content.decode()
    assert "<del>李雷，记下了。" in shown
    assert "<ins>好。" in shown
    assert url("flow", "golden", visit.pk) in shown
    assert hr.post(page, {"note": ""}).status_code == 200
    assert contact.versions.count() == 1
    assert hr.post(page, {"despite": "短一点"}).status_code == 302


def test_programs_read_which_callers_would_differ(contact, visit):
    change(contact)
    api, address = make_api("flows:read", "flows:write"), f"/api/v1/flows/{contact.pk}/"
    (found,) = api.get(f"{address}golden/").json()["callers"]
    assert (found["flow"], found["flow_name"], found["differs"]) == (visit.pk, "访客", True)
    assert "访客" in problem(api.post(f"{address}publish/", {}), 422)["detail"]
    done = api.post(f"{address}publish/", {"despite": "短一点", "dry_run": True}).json()
    assert [one["flow_name"] for one in done["differing_callers"]] == ["访客"]


def test_a_program_gives_a_reason_only_if_it_may_approve(contact, visit):
    change(contact)
    address = f"/api/v1/flows/{contact.pk}/publish/"
    program = make_api("flows:read", "flows:write", name="CMS")
    refusal = problem(program.post(address, {"despite": "短一点"}), 403)
    assert refusal["code"] == "client_may_not_approve"
    assert "CMS" in refusal["detail"]
    assert refusal["hint"]
    assert contact.versions.count() == 1
    allowed = make_api("flows:read", "flows:write", may_approve=True)
    for says_nothing in (".", "\u200b"):
        assert problem(allowed.post(address, {"despite": says_nothing}), 422)["code"] == "golden_differs"
    assert allowed.post(address, {"despite": "短一点"}).status_code == 201
    assert contact.versions.get(number=2).despite == "短一点"
