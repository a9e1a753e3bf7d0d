"""The page of the sending policy: quiet hours, caps, and the switch that stops everything."""

from datetime import time

import pytest

from scheduling.models import SendingPolicy
from tests.scheduling.support.campaign_pages import LIST, page, press, seen
from tests.scheduling.support.campaigns import launch, make_campaign

pytestmark = pytest.mark.django_db
ADD = "/admin/scheduling/sendingpolicy/add/"


@pytest.fixture
def policy(application) -> SendingPolicy:
    return SendingPolicy.objects.create(corporation=application.corporation)


def form(application, **fields: str) -> dict[str, str]:
    return {"corporation": str(application.corporation_id), "daily_cap": "2", "weekly_cap": "5", **fields}


def test_quiet_hours_and_caps_are_kept(hr, application):
    answer = hr.post(ADD, form(application, quiet_from="21:00", quiet_until="08:00"))
    assert answer.status_code == 302
    policy = SendingPolicy.objects.get()
    assert (f"{policy.quiet_from:%H:%M}", f"{policy.quiet_until:%H:%M}") == ("21:00", "08:00")
    assert (policy.daily_cap, policy.weekly_cap) == (2, 5)


def test_half_of_quiet_hours_is_refused_in_words(hr, application):
    answer = hr.post(ADD, form(application, quiet_from="21:00"))
    assert list(answer.context["adminform"].form.errors) == ["quiet_until"]
    assert not SendingPolicy.objects.exists()


def test_quiet_hours_that_silence_a_campaign_warn_with_its_name(hr, application):
    campaign = make_campaign(name="晚安", window_from=time(22), window_until=time(23))
    html = hr.post(ADD, form(application, quiet_from="21:00", quiet_until="08:00"), follow=True).content.decode()
    assert "“晚安” can never go out now" in html
    assert page(campaign) in html


def test_the_switch_takes_a_reason_and_says_who_and_why(hr, policy):
    campaign = launch()
    press(hr, policy, "stop", why="")
    policy.refresh_from_db()
    assert policy.stopped_at is None
    press(hr, policy, "stop", why="发错了")
    policy.refresh_from_db()
    assert policy.stopped_at is not None
    for address in (page(policy), page(campaign), LIST, "/admin/", "/admin/wecom/member/"):
        html = seen(hr, address).partition('data-testid="stopped"')[2]
        assert "hr stopped it" in html
        assert "发错了" in html
    press(hr, policy, "allow")
    policy.refresh_from_db()
    assert policy.stopped_at is None
    assert campaign.state == "running"


def test_without_the_right_nothing_is_stopped(approver, policy):
    assert page(policy, "stop_this") not in seen(approver, page(policy))
    assert press(approver, policy, "stop", why="x").status_code == 403
