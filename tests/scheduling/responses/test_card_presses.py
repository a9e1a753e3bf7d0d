"""Cards of campaigns: what members press is counted once, shown on their card, and tells who has not confirmed."""

import pytest

from scheduling import services
from scheduling.models import CampaignResponse
from scheduling.responses import card_presses
from tests.conversations.support.person import Person
from tests.scheduling.support.campaigns import launch, make_campaign, work
from tests.support import factories
from wecom.models import CardUpdate, Member, Outbound

pytestmark = pytest.mark.django_db(transaction=True)

POLICY = {
    "kind": "button_interaction",
    "title": "{{name|同事}}，新的考勤制度",
    "buttons": [{"text": "已阅", "key": "read"}, {"text": "有疑问", "key": "question"}],
}
VOTE = {
    "kind": "vote_interaction",
    "title": "年会去哪里",
    "checkbox": {
        "key": "place",
        "several": True,
        "choices": [{"id": "sea", "text": "海边"}, {"id": "hill", "text": "山里"}],
    },
    "submit": {"text": "提交", "key": "send"},
}


NOTICE = {
    "kind": "text_notice",
    "title": "新的考勤制度",
    "link": {"url": "https://example.com/policy"},
    "menu": {"entries": [{"key": "later", "text": "稍后再看"}]},
}


def sent(card, **fields):
    campaign = launch({"card": card}, content_type="card", **fields)
    work()
    return campaign.runs.get()


def pressed(run) -> list[tuple[str, str, str]]:
    rows = CampaignResponse.objects.filter(run=run, kind="card").select_related("member").order_by("at", "pk")
    return [(row.member.user_id, row.key, row.label) for row in rows]


@pytest.fixture
def same_card(company):
    """Two members without a name, so that they share one call and one card."""
    return [factories.make_member(company, user_id, status="active", name="") for user_id in ("anna", "ben")]


def task_of(outbound: Outbound) -> str:
    return str(outbound.content["task_id"])


def test_a_press_is_counted_once_and_shown_on_that_card(company, staff, emulator):
    run = sent(POLICY)
    person = Person(company, staff[0].user_id)
    person.read()
    card = task_of(Outbound.objects.get(recipients=[staff[0].user_id], msgtype="template_card"))
    for _time in range(2):
        assert person.taps("read", card) == []
    assert pressed(run) == [(staff[0].user_id, "read", "已阅")]
    assert set(CardUpdate.objects.values_list("user_id", "text")) == {(staff[0].user_id, "已选：已阅")}
    waiting = services.not_confirmed(run)
    assert {one.user_id for one in waiting} == {one.user_id for one in staff[1:]}
    person.taps("question", card)
    assert [key for _who, key, _label in pressed(run)] == ["read", "question"]
    assert services.not_confirmed(run, key="nothing").count() == 3


def test_equal_cards_share_a_call_and_each_press_is_its_members(company, same_card, emulator):
    run = sent(POLICY)
    outbound = Outbound.objects.get(msgtype="template_card")
    assert outbound.recipients == ["anna", "ben"]
    Person(company, "ben").taps("read", task_of(outbound))
    assert pressed(run) == [("ben", "read", "已阅")]


def test_an_entry_of_a_menu_is_counted_and_confirmed_in_words(company, staff):
    run = sent(NOTICE)
    person = Person(company, staff[0].user_id)
    person.read()
    card = task_of(Outbound.objects.filter(msgtype="template_card").first())
    assert person.picks_from_menu("later", card) == ["已选：稍后再看"]
    assert pressed(run) == [(staff[0].user_id, "later", "稍后再看")]
    assert not CardUpdate.objects.exists()
    assert card_presses.asks(run)


def test_a_menu_of_a_card_that_is_no_campaigns_is_not_answered(company, staff):
    assert Person(company, staff[0].user_id).picks_from_menu("later", "somebody-elses") == []


def test_choices_of_a_vote_are_counted_each(company, staff):
    run = sent(VOTE)
    card = task_of(Outbound.objects.get(msgtype="template_card"))
    person = Person(company, staff[0].user_id)
    person.taps("send", card, choices={"place": ["sea", "hill"]})
    assert {(key, label) for _who, key, label in pressed(run)} == {("place=sea", "海边"), ("place=hill", "山里")}
    assert CardUpdate.objects.get().text == "已选：海边 · 山里"


def test_a_forwarded_card_counts_for_nobody_else(company, staff):
    run = sent(POLICY, audience={"members": [staff[0].user_id]})
    card = task_of(Outbound.objects.get(msgtype="template_card"))
    Person(company, staff[1].user_id).taps("read", card)
    assert pressed(run) == []


def test_a_press_on_a_test_is_answered_and_not_counted(company, staff):
    campaign = make_campaign({"card": POLICY}, content_type="card")
    services.send_test(campaign, Member.objects.get(user_id=staff[0].user_id))
    person = Person(company, staff[0].user_id)
    person.read()
    assert person.taps("read") == []
    assert CardUpdate.objects.get().text == "已选：已阅"
    assert not CampaignResponse.objects.exists()
