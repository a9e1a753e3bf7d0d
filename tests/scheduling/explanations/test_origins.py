"""*Why?* of what campaigns and series have sent: who planned it, and how the member came into it."""

from datetime import date
from typing import Any

import pytest

from conversations import services as conversations
from conversations.explanations.message_explanation import explain
from conversations.models import Conversation, Message
from conversations.services import Explanation
from scheduling import services
from scheduling.models import Delivery, Segment
from tests.scheduling.support import series as of_series
from tests.scheduling.support.campaign_pages import person_of
from tests.scheduling.support.campaigns import launch, work
from tests.scheduling.support.plain_messages import clock
from tests.support import factories
from tests.support.factories import make_api
from wecom.models import Member, Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(application) -> Member:
    return factories.make_member(application, "anna", name="安娜", status="active", position="Driver")


def words_of(found: Explanation, topic: str) -> list[str]:
    return [line.words for line in found.lines if line.topic == topic]


def sent(member: Member, **fields: Any) -> Delivery:
    """A delivery of a campaign; nothing reaches the platform."""
    launch("三点开会", **fields)
    work(calls=False)
    return Delivery.objects.select_related("run__campaign", "member").get(member=member)


def test_a_campaign_names_who_approved_it_and_the_rule(application, anna):
    rule = {"op": "all", "rules": [{"subject": "position", "test": "is", "value": "Driver"}]}
    segment = Segment.objects.create(corporation=application.corporation, name="司机", rule=rule)
    delivery = sent(anna, audience={"segments": [segment.pk], "members": ["anna"], "tags": [9]})
    found = services.explain_delivery(delivery)
    assert found.by == "campaign"
    approved = next(line for line in found.lines if line.topic == "approved")
    assert approved.words.startswith("staff1 · ")
    assert approved.link.model == "auth.User"
    assert [words.split(":")[0] for words in words_of(found, "audience")] == ["segment “司机”", "named one by one"]
    outcome = found.lines[-1]
    assert (outcome.topic, outcome.link.query) == ("delivery", f"delivery={delivery.pk}")


def test_a_member_whom_the_rule_no_longer_means_is_told_so(application, anna):
    place = factories.make_department(application, 7, name="研发部")
    membership = Membership.objects.create(member=anna, department=place)
    delivery = sent(anna, audience={"departments": [{"number": 7}]})
    assert words_of(services.explain_delivery(delivery), "audience") == ["department “研发部”"]
    membership.delete()
    assert "not in it any more" in words_of(services.explain_delivery(delivery), "audience")[0]


def test_a_step_of_a_series_names_its_day_and_how_members_came(application, anna):
    series = of_series.launch(0, 3, now="2026-11-23T08:00", anchor="api")
    services.enrol(series, anna.user_id, on=date(2026, 11, 23), now=clock("2026-11-23T08:30"))
    of_series.run_days("2026-11-23", "2026-11-23")
    delivery = Delivery.objects.get(member=anna)
    found = services.explain_delivery(delivery)
    assert (found.by, words_of(found, "series"), words_of(found, "step")) == (
        "series",
        ["入职"],
        ["第0天, day 0 09:00"],
    )
    assert "day 0 is 2026-11-23" in words_of(found, "enrolment")[0]


def test_the_first_question_of_a_flow_names_the_campaign_that_started_it(application, anna):
    flow = factories.make_flow(name="问卷")
    conversations.publish(flow)
    launch({"flow": flow}, content_type="flow", name="年度问卷")
    work(calls=False)
    found = explain(Message.objects.filter(member=anna, direction="out").latest("pk"))
    assert (found.by, words_of(found, "campaign")) == ("flow", ["年度问卷"])


def test_the_thread_asks_why_for_its_own_member_only(application, anna):
    delivery = sent(anna)
    Delivery.objects.update(status=Delivery.Status.SENT)
    ben = factories.make_member(application, "ben")
    hers, his = (Conversation.objects.create(application=application, member=one) for one in (anna, ben))
    page = "/admin/conversations/conversation/"
    reader, key = person_of("reader"), f"why/delivery-{delivery.pk}/"
    thread = reader.get(f"{page}{hers.pk}/change/").content.decode()
    assert f"{page}{hers.pk}/{key}" in thread
    asked = reader.get(f"{page}{hers.pk}/{key}").content.decode()
    assert "went to its audience" in asked
    assert f"?delivery={delivery.pk}" in asked
    assert reader.get(f"{page}{his.pk}/{key}").status_code == 404
    assert reader.get(f"{page}{hers.pk}/why/nothing/").status_code == 404


def test_programs_ask_why_of_a_delivery(application, anna):
    delivery = sent(anna)
    answer = make_api("campaigns:read").get(f"/api/v1/deliveries/{delivery.pk}/why/").json()
    assert answer["by"] == "campaign"
    assert {"campaign", "approved", "audience", "delivery"} <= {line["topic"] for line in answer["lines"]}
