"""The numbers of a version: ten begin, four leave at its second question, and each number leads to them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conversations import services
from conversations.flows import figures
from conversations.machine.edges import On
from conversations.machine.places import Act
from conversations.models import Conversation, Flow, Session, StateEntry
from conversations.sessions.runner import advance
from tests.conversations.support.flow_pages import staff
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow() -> Flow:
    """Ten members began; four went silent at the second question, one cancelled it, three finished, two are there."""
    flow = factories.make_flow(triggers="")
    services.publish(flow)
    flow.refresh_from_db()
    application = factories.make_application()
    factories.make_desk(application)
    for number in range(10):
        member = factories.make_member(application, f"walker{number}")
        conversation = Conversation.objects.create(application=application, member=member)
        session = services.start_flow(conversation, flow, cid=f"{number}")
        advance(session, Act.SAY, "Hallo", cid=f"{number}")
        last = {0: Act.EXPIRE, 1: Act.EXPIRE, 2: Act.EXPIRE, 3: Act.EXPIRE, 4: Act.CANCEL}.get(number)
        if last:
            advance(session, last, cid=f"{number}")
        elif number < 8:
            Session.objects.filter(pk=session.pk).update(status=Session.Status.COMPLETED, finished_at=timezone.now())
    return flow


def test_four_of_ten_leave_at_the_second_question(flow):
    found = figures.of_version(flow.live)
    assert found.began == 10
    assert found.entered == {"ask_text": 10, "ask_quality": 10}
    assert found.ways == {("", On.NEXT, "ask_text"): 10, ("ask_text", On.NEXT, "ask_quality"): 10}
    assert found.here == {"ask_quality": 2}
    assert found.gave_up == {"ask_quality": 5}


def test_a_period_leaves_out_what_was_before_but_not_who_is_there(flow):
    long_ago = timezone.now() - timedelta(days=60)
    StateEntry.objects.update(at=long_ago)
    Session.objects.exclude(status=Session.Status.ACTIVE).update(finished_at=long_ago)
    found = figures.of_version(flow.live, since=timezone.now() - timedelta(days=30))
    assert (found.began, found.gave_up, found.here) == (0, {}, {"ask_quality": 2})


def test_a_way_by_too_many_misses_is_counted_as_such(flow):
    session = Session.objects.active()[0]
    for _try in range(2):
        advance(session, Act.SAY, "lila", cid="x")
    assert figures.of_version(flow.live).ways["ask_quality", On.RETRIES, "sorry"] == 1


def test_each_number_leads_to_its_sessions(flow):
    boss = staff("boss", superuser=True)
    page = boss.get(reverse("flow-numbers", args=[flow.pk]))
    assert "10 sessions began" in page.content.decode()
    numbers = dict(page.context["rows"])["问清晰度"]
    assert [number.count for number in numbers] == [2, 10, 5]
    for number in numbers:
        listed = boss.get(number.url)
        assert listed.status_code == 200, (number.url, listed.headers)
        assert len(listed.context["cl"].result_list) == number.count
    assert "5 gave up here" in page.content.decode()


def test_the_page_counts_in_three_statements_whatever_is_asked(flow, django_assert_num_queries):
    with django_assert_num_queries(3):
        figures.of_version(flow.live, since=timezone.now())
    boss, address = staff("boss", superuser=True), reverse("flow-numbers", args=[flow.pk])
    for query in ({"version": "999"}, {"days": "x"}, {"version": "<script>", "days": ""}):
        assert boss.get(address, query).status_code == 200
    assert boss.get(reverse("admin:conversations_session_changelist"), {"went": "a>b>2026-99-99"}).status_code == 200


def test_numbers_are_for_those_who_may_see_sessions(flow):
    address = reverse("flow-numbers", args=[flow.pk])
    assert staff("viewer", "viewer").get(address).status_code == 200
    assert staff("clerk").get(address).status_code == 403
    assert Client().get(address).status_code == 302
    empty = Flow.objects.create(name="empty")
    assert (
        "not published" in staff("boss", superuser=True).get(reverse("flow-numbers", args=[empty.pk])).content.decode()
    )
