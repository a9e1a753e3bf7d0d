"""The plan for members at a publication, filled in on its page."""

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from conversations.models import MoveBatch, SessionMove, SessionPlan
from conversations.sessions import moves
from tests.conversations.support.flow_pages import edit, publish, url

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_page_moves_members_and_the_version_tells_their_outcomes(hr, flow, person):
    publish(hr, flow)
    person.says("订午餐")
    edit(hr, flow.states.get(key="ask_dish"), key="ask_meal", text="想吃什么？")
    page = hr.get(url("flow", "publish_this", flow.pk)).content.decode()
    assert "not in the new version" in page
    assert '<option value="ask_meal"' in page
    plan = {"choice-ask_dish": "move", "target-ask_dish": "ask_meal"}
    assert hr.post(url("flow", "publish_this", flow.pk), {"note": "", **plan}).status_code == 302
    moves.move_sessions(MoveBatch.objects.get().pk)
    assert SessionMove.objects.get().outcome == SessionMove.Outcome.MOVED
    assert person.read()[-1].startswith("想吃什么？")
    shown = hr.get(url("flowversion", "change", flow.versions.get(number=2).pk)).content.decode()
    assert "goes on in the new version: 1" in shown


def test_the_version_tells_how_many_were_told(hr, flow, person):
    publish(hr, flow)
    person.says("订午餐")
    edit(hr, flow.states.get(key="ask_dish"), text="想吃什么？")
    plan = {"choice-ask_dish": "finish", "until-ask_dish": "2120-01-01T10:00", "hours-ask_dish": "12"}
    hr.post(url("flow", "publish_this", flow.pk), {"note": "", **plan})
    assert SessionPlan.objects.get().tell_hours == 12
    SessionMove.objects.update(told_at=timezone.now())
    shown = hr.get(url("flowversion", "change", flow.versions.get(number=2).pk)).content.decode()
    assert "told 12 h before: 1" in " ".join(strip_tags(shown).split())


def test_a_date_that_is_over_is_refused_on_the_page(hr, flow, person):
    publish(hr, flow)
    person.says("订午餐")
    edit(hr, flow.states.get(key="ask_dish"), text="想吃什么？")
    plan = {"choice-ask_dish": "finish", "until-ask_dish": "2020-01-01T10:00"}
    answer = hr.post(url("flow", "publish_this", flow.pk), {"note": "", **plan})
    assert "missing or over" in answer.content.decode()
    assert flow.versions.count() == 1
    assert not SessionPlan.objects.exists()
