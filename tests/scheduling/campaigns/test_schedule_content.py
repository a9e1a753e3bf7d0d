"""A schedule as a campaign: its words, members and times, what differs, and that no member gets both."""

from datetime import date

import pytest

from conversations.models import Message
from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, Delivery, Run
from tests.scheduling.support.campaigns import approve, work
from tests.scheduling.support.schedules import clock, make_schedule
from tests.support import factories
from wecom.models import Outbound

pytestmark = pytest.mark.django_db
NOW = clock("2026-11-24T12:00")  # a Tuesday


@pytest.fixture(autouse=True)
def people(application):
    for name in ("zhangsan", "lisi"):
        factories.make_member(application, name, name=name, status="active")


def differences(schedule) -> str:
    return " ".join(services.successor_of(schedule).differences)


def test_words_members_and_times_are_the_same():
    schedule = make_schedule(name="晨会", user_ids=["lisi", "zhangsan"], cron="0 9 * * 1-5", days="working")
    campaign = services.convert_schedule(schedule)
    assert (campaign.name, campaign.state, campaign.replaces) == ("晨会", "draft", schedule)
    assert campaign.audience == {"members": ["lisi", "zhangsan"]}
    assert [one.text for one in campaign.contents.all()] == ["早上好！"]
    assert campaign.rule is not None
    assert campaign.rule.upcoming(NOW, 5) == schedule.rule.upcoming(NOW, 5)
    assert services.campaign_problems(campaign, now=NOW) == []


def test_departments_tags_and_everyone_are_carried_over(application):
    factories.make_department(application, 7, "研发部")
    factories.make_tag(application, 3, "试用期")
    schedule = make_schedule(user_ids=[], department_numbers=[7], tag_numbers=[3])
    assert services.convert_schedule(schedule).audience == {"departments": [{"number": 7}], "tags": [3]}
    everyone = make_schedule(user_ids=["@all"], text="大家好")
    assert services.convert_schedule(everyone).audience == {"everyone": True}


def test_a_schedule_that_runs_once_keeps_its_moment():
    campaign = services.convert_schedule(make_schedule(only_on=date(2026, 12, 1), cron="30 8 * * *"))
    assert (campaign.repeats, campaign.starts_at) == ("once", clock("2026-12-01T08:30"))


def test_a_video_keeps_its_speaker_and_script(application):
    human = factories.make_digital_human(name="小新")
    schedule = make_schedule(message_type="video", digital_human=human, mode="lipsync")
    content = services.convert_schedule(schedule).contents.get()
    assert (content.text, content.digital_human, content.mode) == ("早上好！", human, "lipsync")


def test_what_it_may_do_is_carried_over():
    schedule = make_schedule(text="你好{{name}}", grace_minutes=45, days="working", unknown_days="weekdays")
    campaign = services.convert_schedule(schedule)
    assert (campaign.policy, campaign.missed, campaign.grace_minutes) == ("alone", "skip", 45)
    assert (campaign.unknown_days, campaign.valid_minutes, campaign.offers_settings) == ("weekdays", None, False)
    assert campaign.contents.get().literal
    assert campaign.rule is not None
    assert campaign.rule.upcoming(clock("2090-01-01T00:00"), 3) == schedule.rule.upcoming(clock("2090-01-01T00:00"), 3)
    assert services.campaign_problems(campaign, now=NOW) == []
    assert differences(schedule) == "The runs of the schedule stay with the schedule."


def test_it_is_started_by_one_person_as_the_schedule_was():
    campaign = services.convert_schedule(make_schedule(text="{{name}}，早"))
    services.start_campaign(campaign, alone=True, now=NOW)
    at = clock("2026-11-25T09:00")
    services.sweep_campaigns(now=at)
    work(at, calls=False)
    assert Outbound.objects.get().content["content"] == "{{name}}，早"


def test_the_schedule_goes_on_until_the_campaign_starts():
    schedule = make_schedule(cron="0 9 * * *")
    campaign = approve(services.convert_schedule(schedule), NOW)
    schedule.refresh_from_db()
    assert not schedule.paused
    services.start_campaign(campaign, now=clock("2026-11-25T09:01"))
    schedule.refresh_from_db()
    assert schedule.paused
    # The moment before the start was the schedule's, the one after it is the campaign's.
    assert Run.objects.get(schedule=schedule).due_at == clock("2026-11-25T09:00")
    assert Message.objects.count() == 1
    services.run_all_due(now=clock("2026-11-26T09:01"))
    services.sweep_campaigns(now=clock("2026-11-26T09:01"))
    work(clock("2026-11-26T09:01"), calls=False)
    assert Run.objects.count() == 1
    assert Delivery.objects.get().run.moment == clock("2026-11-26T09:00")


def test_a_schedule_whose_place_is_taken_is_not_resumed():
    schedule = make_schedule()
    campaign = services.start_campaign(approve(services.convert_schedule(schedule), NOW), now=NOW)
    with pytest.raises(SchedulingError) as caught:
        services.resume(schedule)
    assert caught.value.code == "replaced"
    services.cancel_mailing(campaign, now=NOW)
    assert services.resume(schedule)


def test_a_schedule_may_go_on_beside_its_campaign_which_says_so():
    schedule = make_schedule()
    campaign = approve(services.convert_schedule(schedule, ends_schedule=False), NOW)
    doubts = [one.words for one in services.forecast_start(campaign, now=NOW).blockers if not one.final]
    assert len(doubts) == 1
    assert str(schedule) in doubts[0]
    services.start_campaign(campaign, now=NOW)
    schedule.refresh_from_db()
    assert not schedule.paused


def test_a_schedule_becomes_one_campaign_at_a_time():
    schedule = make_schedule()
    first = services.convert_schedule(schedule)
    with pytest.raises(SchedulingError) as caught:
        services.convert_schedule(schedule)
    assert caught.value.code == "converted"
    services.cancel_mailing(first)
    assert services.convert_schedule(schedule).pk != first.pk
    services.remove(schedule)
    assert Campaign.objects.filter(replaces=None).count() == 2
