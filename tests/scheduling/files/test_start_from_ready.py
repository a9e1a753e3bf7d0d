"""Ready campaigns: each is complete, in both languages, and reaches a member on the emulator."""

import pytest

from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.files.ready_campaigns import FOLDER
from scheduling.models import Campaign, Series
from scheduling.services import READY
from tests.scheduling.support import series as series_steps
from tests.scheduling.support.campaigns import approve, outcomes, work
from tests.scheduling.support.plain_messages import clock
from tests.support.factories import make_desk, make_member
from wecom.models import Outbound
from wecom.services import set_facts

pytestmark = pytest.mark.django_db
KEYS = [one.key for one in READY]


def test_every_file_is_offered():
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == sorted(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_each_is_a_draft_that_lacks_nothing(application, key):
    first, second = services.start_from_ready(key), services.start_from_ready(key)
    assert (first.verdict, first.missing, second.missing) == ("new", (), ())
    assert second.name == f"{first.name} 2"
    row = (Series if first.kind == "series" else Campaign).objects.get(pk=first.pk)
    assert row.state == "draft"
    for language in ("zh-hans", "en"):
        assert all(one.text and "{{" not in one.text for one in services.messages_of(key, language))


def test_an_unknown_one_is_refused_with_those_that_there_are(application):
    with pytest.raises(SchedulingError, match="greeting"):
        services.start_from_ready("easter")


@pytest.mark.parametrize("key", ["greeting", "monday_report", "policy"])
def test_each_campaign_reaches_a_phone(connected, emulator, key):
    make_desk(connected)
    member = emulator.hire()
    make_member(connected, member.user_id, name="王芳", status="active")
    found = services.start_from_ready(key)
    Campaign.objects.filter(pk=found.pk).update(repeats="once", cron="")
    campaign = services.start_campaign(approve(Campaign.objects.get(pk=found.pk)))
    work()
    if campaign.content_type == "video":  # a render makes it, and its own tests say how it is sent
        assert outcomes(campaign) == {"planned": 1}
        return
    assert outcomes(campaign) == {"sent": 1}
    (message,) = member.received()
    assert "王芳" in str(message) or "我已阅读" in str(message)


@pytest.mark.parametrize(("key", "fact"), [("onboarding", "2026-11-30"), ("birthday", "1990-11-30")])
def test_each_series_speaks_to_members_on_their_day(application, key, fact):
    member = make_member(application, "wangfang", name="王芳")
    set_facts(member, {"start_date" if key == "onboarding" else "birthday": fact})
    found = services.start_from_ready(key)
    series = series_steps.approve(Series.objects.get(pk=found.pk))
    services.start_series(series, now=clock("2026-11-29T12:00"))
    services.sweep_series(now=clock("2026-11-30T09:00"))
    work(clock("2026-11-30T09:00"), calls=False)
    assert 0 in [step.day for step in series.steps.steps() if step.runs.exists()]
    assert "王芳" in str(Outbound.objects.latest("pk").content)
