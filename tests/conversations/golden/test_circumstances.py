"""Golden conversations keep whom they play and when, and replay the same whatever became of both."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from conversations import services
from conversations.golden.circumstances import Circumstances
from conversations.models import GoldenConversation, State, Transition
from scheduling.models import CalendarDay
from tests.conversations.support.flow_pages import url
from tests.support import factories
from tests.support.factories import make_api
from tests.support.problem_details import problem
from wecom.models import MemberFact
from wecom.services import erase_person

pytestmark = pytest.mark.django_db
SATURDAY = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)  # already the 28th in Shanghai, not yet in New York


@pytest.fixture
def branching(application):
    """A flow that says where the member is, which day it is there, and whether the company works."""
    flow = factories.make_flow(name="分岔")
    flow.states.all().delete()
    keys = {"pick": "branch", "paris": "end", "works": "end", "rest": "end"}
    made = {
        key: State.objects.create(
            flow=flow, key=key, name=key, kind=kind, position=number, text="" if kind == "branch" else f"{key}!"
        )
        for number, (key, kind) in enumerate(keys.items())
    }
    for formula, key in (('member.city = "Paris"', "paris"), ("is_working_day()", "works"), ("", "rest")):
        test = Transition.Test.FORMULA if formula else Transition.Test.ALWAYS
        Transition.objects.create(state=made["pick"], target=made[key], test=test, value=formula, position=len(key))
    Transition.objects.filter(target=made["works"]).update(position=6)
    Transition.objects.filter(target=made["rest"]).update(position=9)
    return flow


def said(flow) -> list[str]:
    (found,), _covered = services.run_golden(flow)
    return [one.text for turn in found.now.turns for one in turn.said]


def test_facts_are_those_of_the_recording(branching, application):
    anna = factories.make_member(application, "anna")
    fact = MemberFact.objects.create(member=anna, key="city", text="Paris")
    services.record_golden(branching, "in Paris", [("start", "")], member=anna)
    assert said(branching) == ["paris!"]
    fact.delete()
    assert said(branching) == ["paris!"]


def test_the_calendar_is_that_of_the_recording(branching, application):
    day = CalendarDay.objects.create(corporation=application.corporation, date=date(2026, 11, 28), works=True)
    services.record_golden(branching, "a Saturday at work", [("start", "")], now=SATURDAY)
    assert said(branching) == ["works!"]
    day.delete()
    assert said(branching) == ["works!"]


def test_the_moment_counts_in_the_zone_of_the_member(branching, application):
    anna, ben = (factories.make_member(application, name) for name in ("anna", "ben"))
    MemberFact.objects.create(member=ben, key="time_zone", text="America/New_York")
    for member, words in ((anna, "rest!"), (ben, "works!")):
        golden = services.record_golden(branching, member.user_id, [("start", "")], member=member, now=SATURDAY)
        assert said(branching) == [words]
        golden.delete()


def test_circumstances_survive_json():
    facts = {"days": Decimal("5.5"), "since": date(2020, 2, 29), "at": SATURDAY, "tags": ("a", "b"), "boss": True}
    kept = Circumstances(zone="Europe/London", facts=facts, calendar={date(2026, 10, 1): False})
    assert Circumstances.from_json(kept.to_json()) == kept
    assert kept.context(SATURDAY).zone == ZoneInfo("Europe/London")
    assert Circumstances.from_json({}) == Circumstances()


def test_the_page_names_who_is_played_and_when(hr, branching, application):
    anna = factories.make_member(application, "anna", name="安娜")
    MemberFact.objects.create(member=anna, key="city", text="Paris")
    hr.post(
        url("flow", "try_it", branching.pk), {"act": "cast", "member": "anna", "day": "2027-02-28", "clock": "08:15"}
    )
    hr.post(url("flow", "record_golden", branching.pk), {"name": "als Anna"})
    page = hr.get(url("flow", "golden", branching.pk)).content.decode()
    page = re.sub(r">\s+<", "><", " ".join(page.split()))
    assert "2027-02-28 08:15 · Plays: 安娜" in page
    assert "<code>member.city</code></th><td>Paris" in page


def test_an_erased_member_takes_their_golden_conversations_along(branching, application):
    anna, ben = (factories.make_member(application, name) for name in ("anna", "ben"))
    for member in (anna, ben):
        services.record_golden(branching, member.user_id, [("start", "")], member=member)
    erase_person(anna, by="hr")
    assert GoldenConversation.objects.get().member == ben


def test_programs_play_members_whom_they_may_read(branching, application):
    factories.make_member(application, "anna")
    body = {"flow": branching.pk, "name": "as Anna", "inputs": [{"act": "start"}], "user_id": "Anna"}
    address = "/api/v1/golden-conversations/"
    problem(make_api("flows:write").post(address, body), 403)
    api = make_api("flows:read", "flows:write", "members:read")
    assert problem(api.post(address, {**body, "user_id": "nobody"}), 422)["errors"][0]["field"] == "user_id"
    made = api.post(address, body)
    assert made.json()["user_id"] == "anna"
    nobody = api.post(address, {**body, "name": "as nobody", "user_id": ""}).json()
    renamed = api.patch(f"{address}{nobody['id']}/", {"name": "nobody"}).json()
    assert (renamed["name"], renamed["user_id"]) == ("nobody", "")
    problem(api.patch(made["Location"], {"name": 0}), 422)
