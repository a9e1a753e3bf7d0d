"""The life of series: approved as a whole, voided by any edit, stopped at once with all steps."""

import pytest

from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignContent, CampaignRun, Enrolment, Segment
from scheduling.signals import campaign_stopped
from tests.scheduling.support.campaigns import approve, make_person, outcomes, work
from tests.scheduling.support.plain_messages import clock
from tests.scheduling.support.series import add_step, give_date, launch, make_series, sweep
from tests.support import factories
from tests.support.model_rows import make_row
from wecom.models import FactDefinition

pytestmark = pytest.mark.django_db


def refused(step, *args, **options) -> str:
    with pytest.raises(SchedulingError) as caught:
        step(*args, **options)
    assert caught.value.remedy
    return caught.value.code


def test_steps_take_each_state_with_their_series(application):
    series = approve(make_series(0, 3))
    assert {step.state for step in series.steps.all()} == {"approved"}
    assert all(step.approved_hash for step in series.steps.all())
    services.start_series(series)
    assert (series.state, {step.state for step in series.steps.all()}) == ("running", {"scheduled"})
    services.pause_mailing(series, why="名单不对")
    assert {step.state for step in series.steps.all()} == {"paused"}
    assert series.changes.first().why == "名单不对"
    services.cancel_mailing(series, why="不用了")
    assert {step.state for step in series.steps.all()} == {"cancelled"}


def test_nobody_approves_their_own_series(application):
    series, writer = make_series(0), make_person()
    services.ask_approval(series, by=writer)
    assert refused(services.approve, series, by=writer) == "own_approval"


def test_an_edit_of_a_step_voids_the_approval_of_all(application):
    series = approve(make_series(0, 3))
    step = series.steps.get(day=3)
    services.save_campaign(step, [CampaignContent(text="改了")])
    series.refresh_from_db()
    assert (series.state, series.approved_hash, step.state) == ("draft", "", "draft")
    (difference,) = services.changed_since_approval(series)
    assert difference.path == f"steps.{step.pk}.contents.A/zh-hans.text"
    assert refused(services.start_series, series) == "not_approved"


@pytest.mark.parametrize("edit", ["day", "add", "remove", "rule"])
def test_every_edit_of_a_series_voids_its_approval(application, edit):
    series = approve(make_series(0, 3))
    step = series.steps.get(day=3)
    if edit == "day":
        services.save_step(series, step, day=4, at=step.at)
    elif edit == "add":
        add_step(series, 7)
    elif edit == "remove":
        services.remove_step(step)
    else:
        series.late = "all"
        services.save_series(series)
    series.refresh_from_db()
    assert series.state == "draft"
    assert {one.state for one in series.steps.all()} == {"draft"}


def test_a_new_name_is_no_edit(application):
    series = approve(make_series(0))
    series.name = "新名字"
    assert services.save_series(series).state == "approved"


def test_what_runs_is_not_edited_and_a_step_lives_with_it(application):
    series = services.start_series(approve(make_series(0)))
    step = series.steps.get()
    assert refused(services.save_series, series) == "series_state"
    assert refused(services.save_campaign, step) == "campaign_state"
    for act in (services.pause_mailing, services.cancel_mailing, services.ask_approval, services.start_campaign):
        assert refused(act, step) == "series_step"


@pytest.mark.parametrize(
    ("fields", "days", "code"),
    [
        ({"name": " "}, (0,), "empty"),
        ({"audience": {}}, (0,), "audience_empty"),
        ({"fact": "shoe_size"}, (0,), "fact_unknown"),
        ({"anchor": "department"}, (0,), "empty"),
        ({"anchor": "flow"}, (0,), "empty"),
        ({"anchor": "api", "repeats_yearly": True}, (0,), "event_yearly"),
        ({"anchor": "api"}, (-1,), "before_event"),
        ({}, ((0, None),), "empty"),
        ({"stop_rule": {"op": "all", "rules": [{"subject": "fact:gone", "test": "is", "value": "1"}]}}, (0,), None),
    ],
)
def test_a_series_with_errors_is_saved_and_not_approved(application, fields, days, code):
    series = make_series(*days, **fields)
    codes = [problem.error.code for problem in services.series_problems(series)]
    assert (code or codes[0]) in codes
    assert refused(services.ask_approval, series) == codes[0]


def test_a_series_without_steps_has_nothing_to_send(application):
    series = services.save_series(make_series(0))
    services.remove_step(series.steps.get())
    assert [problem.error.field for problem in services.series_problems(series)] == ["steps"]


def test_two_steps_do_not_share_a_time(application):
    series = make_series(0)
    with pytest.raises(SchedulingError) as caught:
        add_step(series, 0)
    assert caught.value.code == "step_taken"


def test_cancelled_it_ends_for_all_and_takes_back_what_waits(application):
    member = factories.make_member(application, "wangfang", status="active")
    give_date(member, "2026-12-04")
    series = launch(0, 1, now="2026-11-30T12:00")
    sweep("2026-12-04T09:00:05")
    told = []
    campaign_stopped.connect(lambda campaign, **_: told.append(campaign), weak=False, dispatch_uid="told")
    services.cancel_mailing(series, why="不用了")
    campaign_stopped.disconnect(dispatch_uid="told")
    assert outcomes(series.steps.get(day=0)) == {"cancelled:cancelled": 1}
    assert Enrolment.objects.get().reason == "cancelled"
    assert [one.day for one in told] == [0]


def test_too_many_failures_pause_the_whole_series(application):
    series = launch(0, 1, now="2026-11-30T12:00")
    Campaign.objects.filter(series=series, day=0).update(state="paused", reason="errors")
    sweep("2026-12-04T09:00:05")
    series.refresh_from_db()
    assert (series.state, series.reason) == ("paused", "errors")
    assert {step.state for step in series.steps.all()} == {"paused"}


def test_a_segment_that_was_edited_since_pauses_it(application):
    segment = make_row(Segment, corporation=application.corporation, rule={"op": "all", "rules": []})
    series = launch(0, audience={"segments": [segment.pk]}, now="2026-11-30T12:00")
    segment.rule = {"op": "any", "rules": []}
    segment.save()
    sweep("2026-12-04T09:00:05")
    series.refresh_from_db()
    assert (series.state, series.reason) == ("paused", "not_approved")


def test_a_step_that_went_out_leaves_its_series_and_keeps_its_report(application):
    member = factories.make_member(application, "wangfang", status="active")
    give_date(member, "2026-12-04")
    series = launch(0, 1, now="2026-11-30T12:00")
    sweep("2026-12-04T09:00:05")
    services.pause_mailing(series)
    services.remove_step(series.steps.get(day=0))
    gone = Campaign.objects.get(series=None)
    assert (gone.state, gone.runs.count()) == ("cancelled", 1)
    assert [step.day for step in series.steps.all()] == [1]


def test_only_a_series_that_never_went_out_is_deleted(application):
    member = factories.make_member(application, "wangfang", status="active")
    services.remove_mailing(make_series(0))
    assert not Campaign.objects.exists()
    give_date(member, "2026-12-04")
    series = launch(0, now="2026-11-30T12:00")
    sweep("2026-12-04T09:00:05")
    assert refused(services.remove_mailing, series) == "series_sent"


def test_a_copy_of_a_step_says_the_same_on_another_day(application):
    series = make_series(0)
    step = series.steps.get()
    copy = services.copy_step(step, day=5, at=step.at)
    assert (copy.day, copy.contents.get().text) == (5, step.contents.get().text)
    assert series.steps.count() == 2


def test_a_paused_step_goes_on_with_its_series_where_it_was(application):
    for number in range(3):
        give_date(factories.make_member(application, f"m{number}", status="active"), "2026-12-04")
    series = launch(0, now="2026-11-30T12:00")
    now = clock("2026-12-04T09:00:05")
    services.sweep_series(now=now)
    services.pause_mailing(series, now=now)
    work(now, calls=False)
    assert CampaignRun.objects.get().status == "queued"
    services.resume_mailing(series, now=now)
    work(now, calls=False)
    assert CampaignRun.objects.get().planned == 3


def test_what_a_series_asks_for_is_not_deleted_unasked(application):
    segment = make_row(Segment, corporation=application.corporation, rule={"op": "all", "rules": []})
    fact = make_row(FactDefinition, corporation=application.corporation, kind="date")
    series = make_series(0, name="试用期", audience={"segments": [segment.pk]}, fact=fact.key)
    assert services.segment_uses(segment) == ["series “试用期”"]
    assert services.fact_uses(fact) == ["series “试用期”"]
    services.cancel_mailing(series)
    assert services.segment_uses(segment) == services.fact_uses(fact) == []
