"""Plain messages under a moved clock: at their moments, once, not late, to those who are members then."""

from datetime import timedelta

import pytest

from avatars.models import Render
from conversations import services as conversations
from conversations.models import Session, Topic
from scheduling import services
from scheduling.models import Campaign, Delivery
from tests.scheduling.support.campaigns import outcomes, reason_of, work
from tests.scheduling.support.plain_messages import clock, run_due, send_plain, sent
from tests.support import factories
from wecom.models import Membership, Outbound

pytestmark = pytest.mark.django_db
NINE = "2026-11-25T09:00"


def moments(campaign: Campaign) -> list[tuple[str, str]]:
    """When it had a run, and why nothing was sent then."""
    rows = campaign.runs.order_by("moment")
    return [(f"{run.moment.astimezone(campaign.zone):%m-%d %H:%M}", run.reason) for run in rows]


def got() -> list[str]:
    """Whom the messages are for that are not taken back."""
    rows = Outbound.objects.exclude(status="cancelled").values_list("recipients", flat=True)
    return sorted(user_id for recipients in rows for user_id in recipients)


def test_it_speaks_at_nine_and_not_before(application):
    campaign = send_plain(now="2026-11-25T08:00")
    run_due("2026-11-25T08:59")
    assert moments(campaign) == []
    run_due("2026-11-25T09:01")
    assert (moments(campaign), sent()) == ([("11-25 09:00", "")], ["早上好！"])
    assert Outbound.objects.get().cid == campaign.runs.get().cid != ""


@pytest.mark.databases
def test_any_number_of_beats_says_it_once(application):
    campaign = send_plain()
    for second in (0, 0, 1, 30, 59):
        services.begin_campaign(campaign.pk, now=clock(f"2026-11-25T09:00:{second:02}"))
        run_due(f"2026-11-25T09:00:{second:02}")
    assert (moments(campaign), sent()) == ([("11-25 09:00", "")], ["早上好！"])


def test_one_made_now_never_speaks_for_the_past(application):
    campaign = send_plain(now="2026-11-25T09:00:30")
    run_due("2026-11-25T09:01")
    run_due("2026-11-25T09:05")
    assert (moments(campaign), sent()) == ([], [])


@pytest.mark.databases
def test_an_outage_of_hours_leaves_one_run_that_counts_the_others(application):
    campaign = send_plain(cron="*/5 * * * *", now="2026-11-25T08:00")
    run_due("2026-11-25T12:01")
    run_due("2026-11-25T12:02")
    assert (moments(campaign), len(sent())) == ([("11-25 12:00", "")], 1)
    assert campaign.runs.get().others_missed == 47


def test_an_outage_until_the_afternoon_drops_the_morning_greeting(application):
    greeting = send_plain()
    report = send_plain(user_ids=["lisi"], cron="0 14 * * *", grace_minutes=120, now="2026-11-25T08:00")
    run_due("2026-11-25T15:00")
    assert moments(greeting) == [("11-25 09:00", "missed")]
    assert moments(report) == [("11-25 14:00", "")]
    assert got() == ["lisi"]


def test_on_working_days_it_keeps_holidays_and_make_up_days(application):
    campaign = send_plain(days="working", now="2026-09-30T12:00")
    for day in ("10-01", "10-05", "10-08", "10-10", "10-11", "10-12"):  # the 8th is a Thursday, the 10th a make-up day
        run_due(f"2026-{day}T09:00")
    assert moments(campaign) == [("10-08 09:00", ""), ("10-10 09:00", ""), ("10-12 09:00", "")]
    assert len(sent()) == 3


def test_a_missed_working_day_before_a_holiday_is_recorded(application):
    campaign = send_plain(days="working", now="2026-09-30T08:00")
    run_due("2026-10-02T12:00")
    assert (moments(campaign), sent()) == ([("09-30 09:00", "missed")], [])


@pytest.mark.parametrize(
    ("line", "ticks", "expected"),
    [
        # 2:30 does not exist on the 28th of March 2027 in Berlin: it is said right after, at 3:00 there.
        ("30 2 * * *", ["2027-03-28T08:59", "2027-03-28T09:00", "2027-03-28T09:30"], ["03-28 03:00"]),
        # 2:30 comes twice on the 31st of October 2027, and is said the first time.
        ("30 2 * * *", ["2027-10-31T08:30", "2027-10-31T09:30", "2027-10-31T09:31"], ["10-31 02:30"]),
        # Nine o'clock stays nine there, an hour earlier in Shanghai.
        ("0 9 * * *", ["2027-03-27T16:00", "2027-03-28T15:00", "2027-03-28T16:00"], ["03-27 09:00", "03-28 09:00"]),
    ],
)
def test_when_clocks_change_it_is_said_once_at_its_local_time(application, line, ticks, expected):
    day_before = clock(ticks[0]) - timedelta(hours=2)
    campaign = services.send_plain_message(
        services.PlainMessage(user_ids=["zhangsan"], text="早！", cron=line, time_zone="Europe/Berlin"), now=day_before
    )
    for at in ticks:
        run_due(at)
    assert moments(campaign) == [(moment, "") for moment in expected]
    assert len(sent()) == len(expected)


def test_members_out_of_reach_are_left_out_with_a_reason(application):
    for user_id, status in (("zhangsan", "active"), ("lisi", "left"), ("wangwu", "active")):
        factories.make_member(application, user_id, status=status)
    campaign = send_plain(user_ids=["zhangsan", "lisi", "wangwu"])
    application.application_members.create(member=application.corporation.members.get(user_id="wangwu"), in_range=False)
    run_due(NINE)
    assert outcomes(campaign) == {"planned": 1, "skipped:left": 1, "skipped:out_of_range": 1}
    assert got() == ["zhangsan"]


def test_a_run_that_reaches_nobody_says_so_and_the_next_one_comes(application):
    member = factories.make_member(application, "lisi", status="left")
    campaign = send_plain(user_ids=["lisi"])
    run_due(NINE)
    assert moments(campaign) == [("11-25 09:00", "nobody")]
    type(member).objects.update(status="active")
    run_due("2026-11-26T09:00")
    assert got() == ["lisi"]


@pytest.mark.databases
def test_departments_with_those_below_and_tags_are_recipients(application):
    factories.make_department(application, 1, "公司")
    below = factories.make_department(application, 7, "华东", parent_number=1)
    team = factories.make_department(application, 8, "上海", parent_number=7)
    people = {
        name: factories.make_member(application, name, status="active") for name in ("anna", "ben", "chen", "eva")
    }
    Membership.objects.create(member=people["anna"], department=below)
    Membership.objects.create(member=people["ben"], department=team)
    factories.make_tag(application, 3).members.add(people["chen"])
    send_plain(user_ids=[], department_numbers=[7], tag_numbers=[3])
    run_due(NINE)
    assert got() == ["anna", "ben", "chen"]


@pytest.mark.databases
def test_all_are_those_of_the_moment_without_those_out_of_reach(application):
    for name, in_range, status in (("anna", True, "active"), ("ben", False, "active"), ("chen", True, "left")):
        member = factories.make_member(application, name, status=status)
        application.application_members.create(member=member, in_range=in_range)
    campaign = send_plain(user_ids=["@all"])
    run_due(NINE)
    assert got() == ["anna"]
    factories.make_member(application, "dora", status="active")  # who joins later
    run_due("2026-11-26T09:00")
    assert got() == ["anna", "anna", "dora"]
    assert not Delivery.objects.filter(run__campaign=campaign, member__user_id="chen").exists()


def test_who_has_muted_the_topic_is_left_out_with_that_reason(application):
    topic = Topic.objects.create(name="团建")
    member = factories.make_member(application, "lisi", status="active")
    conversations.change_preferences(member, muted=[topic.pk], origin="chat")
    campaign = send_plain(user_ids=["lisi", "zhangsan"], topic=topic)
    run_due(NINE)
    assert (reason_of(campaign, "lisi"), got()) == ("opted_out", ["zhangsan"])


def test_it_may_be_of_another_application(application):
    other = factories.make_application()
    factories.make_desk(other)
    send_plain(application=other)
    run_due(NINE)
    assert Outbound.objects.get().application == other


def test_without_an_application_its_moments_are_missed_and_not_sent_days_later():
    campaign = send_plain()
    for day in (25, 26, 27):
        run_due(f"2026-11-{day}T09:00")
    application = factories.make_application(is_default=True)
    factories.make_desk(application)
    run_due("2026-11-27T09:05")
    assert moments(campaign) == [("11-25 09:00", "missed"), ("11-26 09:00", "missed"), ("11-27 09:00", "")]
    assert sent() == ["早上好！"]


@pytest.mark.databases
def test_the_sweeper_begins_only_what_is_due(application):
    send_plain(now="2026-11-25T08:00")
    services.pause_mailing(send_plain(now="2026-11-25T08:00"))
    began = [services.sweep_campaigns(now=clock(f"2026-11-25T{at}")) for at in ("08:59", "09:00", "09:01")]
    assert began == [0, 1, 0]


def ask(application) -> Session:
    """Zhang San is asked something by a flow."""
    flow = factories.make_flow()
    conversations.publish(flow)
    flow.refresh_from_db()
    talk = conversations.conversation_with("zhangsan", application=application)
    session = conversations.start_flow(talk, flow, cid="c1", now=clock(NINE))
    Session.objects.filter(pk=session.pk).update(asked_at=clock(NINE))
    Outbound.objects.filter(cid="c1").delete()
    return session


@pytest.mark.databases
def test_it_waits_for_the_end_of_a_dialogue(application):
    session = ask(application)
    send_plain(user_ids=["lisi", "zhangsan"])
    run_due(NINE)
    assert got() == ["lisi"]
    Session.objects.filter(pk=session.pk).update(status=Session.Status.COMPLETED, finished_at=clock(NINE))
    work(clock("2026-11-25T09:06"), calls=False)
    assert got() == ["lisi", "zhangsan"]


def test_a_dialogue_without_an_answer_holds_it_for_half_an_hour(application):
    ask(application)
    send_plain()
    run_due(NINE)
    for minutes, expected in ((29, []), (35, ["zhangsan"])):  # it is looked at every five minutes
        work(clock(NINE) + timedelta(minutes=minutes), calls=False)
        assert got() == expected


def test_the_dialogue_goes_on_meanwhile(application):
    ask(application)
    send_plain()
    run_due(NINE)
    reply = factories.make_outbound(application, recipients=["zhangsan"])
    assert Outbound.work_rows().claimable(reply.due_at).filter(pk=reply.pk).exists()


def test_a_video_that_is_ready_in_a_dialogue_waits_as_well(application):
    campaign = send_plain(message_type="video")
    run_due(NINE)
    ask(application)
    Render.objects.update(status="failed", reason="engine")
    work(clock("2026-11-25T09:01"), calls=False)
    assert got() == []
    work(clock("2026-11-25T09:40"), calls=False)  # it is asked for once more, because the dialogue took a while
    Render.objects.update(status="failed", reason="engine")
    work(clock("2026-11-25T09:41"), calls=False)
    assert (got(), sent()) == (["zhangsan"], ["早上好！"])
    assert outcomes(campaign) == {"planned:text": 1}
