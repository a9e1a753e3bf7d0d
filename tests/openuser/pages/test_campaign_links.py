"""Short addresses of campaigns: they lead on, count, and note members only where that is wanted."""

import pytest
import requests

from scheduling import services
from scheduling.models import CampaignLink, CampaignResponse, LinkClicks
from tests.openuser.pages.test_watch_page import PHONE
from tests.scheduling.support.campaigns import launch, make_campaign, work
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)
TARGET = "https://hr.example.cn/survey?id=1"


@pytest.fixture
def company(application):
    factories.make_desk(application)
    return application


@pytest.fixture
def staff(company, emulator):
    people = [emulator.hire() for _number in range(2)]
    for one in people:
        factories.make_member(company, one.user_id, status="active")
    return people


def sent(staff, clicks: str, words: str = f"请填问卷：{TARGET}") -> CampaignLink:
    launch(words, link_clicks=clicks)
    work()
    return CampaignLink.objects.select_related("run").get()


def address(link: CampaignLink) -> str:
    return f"/c/{link.token}"


def total() -> int:
    return sum(LinkClicks.objects.values_list("count", flat=True))


def test_all_get_the_same_short_address_in_one_call(staff, client, emulator):
    link = sent(staff, "total")
    words = f"请填问卷：http://testserver/c/{link.token}"
    assert [one.texts()[-1] for one in staff] == [words, words]
    assert emulator.calls("message/send") == 1
    for _time in range(2):
        answer = client.get(address(link), headers={"User-Agent": PHONE})
        assert (answer.status_code, answer["Location"]) == (302, TARGET)
    assert (total(), CampaignResponse.objects.count()) == (2, 0)


def test_a_member_is_noted_once_by_a_silent_sign_in(staff, client):
    link = sent(staff, "members")
    asked = client.get(address(link), headers={"User-Agent": PHONE})
    assert "snsapi_base" in asked["Location"]
    target = asked["Location"].partition("#")[0]
    back = requests.get(f"{target}&as={staff[0].user_id}", allow_redirects=False, timeout=60).headers["Location"]
    assert client.get(back.removeprefix("http://testserver"))["Location"] == TARGET
    assert client.get(address(link), headers={"User-Agent": PHONE})["Location"] == TARGET
    assert total() == 2
    row = CampaignResponse.objects.get()
    assert (row.member.user_id, row.kind, row.label) == (staff[0].user_id, "link", TARGET)


def test_a_sign_in_that_fails_keeps_nobody_from_the_page(staff, client):
    link = sent(staff, "members")
    asked = client.get(address(link), headers={"User-Agent": PHONE})["Location"]
    state = asked.partition("state=")[2].partition("&")[0]
    answer = client.get("/c/login/", {"state": state, "code": "forged"})
    assert (answer["Location"], total(), CampaignResponse.objects.count()) == (TARGET, 1, 0)


def test_other_browsers_and_link_checkers_are_led_on(staff, client):
    link = sent(staff, "members")
    assert client.head(address(link))["Location"] == TARGET
    assert total() == 0
    assert client.get(address(link))["Location"] == TARGET
    assert total() == 1


@pytest.mark.parametrize("path", ["/c/unknown", "/c/login/?state=x&code=y", "/c/login/?state=%C3%A9"])
def test_an_address_of_nobody_leads_nowhere(db, client, path):
    assert client.get(path).status_code == 404


def test_without_the_choice_words_stay_as_written(staff):
    launch(f"请填问卷：{TARGET}")
    work()
    assert staff[0].texts()[-1] == f"请填问卷：{TARGET}"
    assert not CampaignLink.objects.exists()


def test_a_text_that_short_addresses_make_too_long_is_an_error(company):
    campaign = make_campaign("http://a.cn " + "字" * 678, link_clicks="total")
    assert [one.field for one in services.campaign_problems(campaign)] == ["text"]
