"""The pages of series: the rule as a form, the steps as a timeline, the life by right and state."""

from datetime import time

import pytest

from scheduling import services
from scheduling.models import Campaign, Series
from tests.scheduling.support.campaign_pages import page, press, seen
from tests.scheduling.support.campaigns import approve, make_campaign
from tests.scheduling.support.series import make_series
from tests.support import factories

pytestmark = pytest.mark.django_db
ADD = "/admin/scheduling/series/add/"
LIST = "/admin/scheduling/series/"
BUTTONS = ("ask", "approve", "send_back", "start", "pause", "resume", "cancel")


def form(**fields):
    values = {"name": "入职", "anchor": "fact", "fact": "start_date", "late": "latest", "days_off": "send"}
    values |= {"audience-everyone": "yes", "audience-departments": "", "rule-op": "all", "time_zone": "Asia/Shanghai"}
    return values | fields


def buttons(client, series: Series) -> list[str]:
    html = seen(client, page(series))
    return [name for name in BUTTONS if page(series, f"{name}_this") in html]


def step_page(series: Series, name: str, *keys: int) -> str:
    return f"/admin/scheduling/series/{series.pk}/steps/{'/'.join([*map(str, keys), name])}/"


def test_a_series_is_written_and_its_first_step_added(hr):
    assert hr.post(ADD, form(repeats_yearly="on")).status_code == 302
    series = Series.objects.get()
    assert (series.fact, series.repeats_yearly, series.audience) == ("start_date", True, {"everyone": True})
    answer = hr.post(step_page(series, "add"), {"day": "-3", "at": "09:30", "content_type": "text"})
    step = series.steps.get()
    assert answer.url == page(step)
    assert (step.day, step.at, step.content_type) == (-3, time(9, 30), "text")
    html = seen(hr, page(series))
    for words in ("Day −3", "09:30", "There is nothing to send."):
        assert words in html


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"anchor": "department", "departments": ["7"]}, "departments", [7]),
        ({"anchor": "api", "repeats_yearly": "on"}, "repeats_yearly", False),
        ({"rule-0-subject": "fact:city", "rule-0-test": "is", "rule-0-value": "上海"}, "stop_rule", None),
    ],
)
def test_the_form_keeps_what_belongs_to_its_anchor(application, hr, fields, name, value):
    factories.make_department(application, 7)
    assert hr.post(ADD, form(**fields)).status_code == 302
    kept = getattr(Series.objects.get(), name)
    assert kept == value if value is not None else kept["rules"][0]["subject"] == "fact:city"


def test_each_gets_the_buttons_of_their_rights_and_its_state(hr, approver):
    series = make_series(0)
    assert (buttons(hr, series), buttons(approver, series)) == (["ask"], [])
    press(hr, series, "ask")
    assert (buttons(hr, series), buttons(approver, series)) == ([], ["approve", "send_back"])
    press(approver, series, "approve")
    assert (buttons(hr, series), buttons(approver, series)) == (["start", "cancel"], [])
    press(hr, series, "start")
    assert buttons(hr, series) == ["pause", "cancel"]
    press(hr, series, "pause", why="稍等")
    assert buttons(hr, series) == ["resume", "cancel"]
    press(hr, series, "cancel", why="不用了")
    series.refresh_from_db()
    assert series.state == "cancelled"


def test_the_approver_sees_the_whole_by_days_and_then_the_difference(hr, approver):
    series = make_series(0, 3)
    press(hr, series, "ask")
    html = seen(approver, page(series, "approve_this"))
    for words in ("This is all of it", "Day 3 · 09:00: text (Chinese, variant A)", "第3天", "start date"):
        assert words in html
    assert "Day 3 · 09:00: day" not in html  # which the label says
    press(approver, series, "approve")
    series.refresh_from_db()
    services.save_step(series, series.steps.get(day=3), day=4, at=time(9))
    press(hr, series, "ask")
    html = seen(approver, page(series, "approve_this"))
    assert "Day 4 · 09:00: day" in html
    assert "第3天" not in html


def test_a_step_is_moved_on_its_form_and_leads_back(hr):
    series = approve(make_series(0))
    step = series.steps.get()
    fields = {"name": "欢迎", "content_type": "text", "message_class": "optional", "interrupts": "wait"}
    fields |= {"a_zh_text": "欢迎你", "link_clicks": "none", "window_days": "every", "day": "2", "time_of_day": "10:15"}
    answer = hr.post(page(step), fields)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert answer.url == page(series)
    step.refresh_from_db()
    series.refresh_from_db()
    assert (step.day, step.at, step.contents.get().text, step.state) == (2, time(10, 15), "欢迎你", "draft")
    assert series.state == "draft"


def test_two_steps_at_one_time_are_an_error_of_the_form(hr):
    series = make_series(0, 1)
    fields = {"name": "x", "content_type": "text", "message_class": "optional", "interrupts": "wait"}
    fields |= {"a_zh_text": "x", "link_clicks": "none", "window_days": "every", "day": "1", "time_of_day": "09:00"}
    answer = hr.post(page(series.steps.get(day=0)), fields)
    assert "time_of_day" in answer.context["adminform"].form.errors


def test_a_step_is_copied_and_removed_on_the_timeline(hr):
    series = make_series(0)
    step = series.steps.get()
    hr.post(step_page(series, "copy", step.pk), {"day": "5", "at": "09:00"})
    assert sorted(series.steps.values_list("day", flat=True)) == [0, 5]
    hr.post(step_page(series, "remove", step.pk))
    assert [one.day for one in series.steps.all()] == [5]


def test_what_cannot_be_added_is_told_on_the_page(hr):
    series = make_series(0)
    for data, words in (
        ({"day": "999", "at": "09:00", "content_type": "text"}, "365"),
        ({"day": "0", "at": "09:00", "content_type": "text"}, "Another step has this day and time."),
        ({"day": "3", "at": "", "content_type": "text"}, "Only day 0 of an event has no time of day."),
    ):
        answer = hr.post(step_page(series, "add"), data, follow=True)
        assert words in answer.content.decode()
    assert series.steps.count() == 1


def test_steps_do_not_stand_in_the_list_of_campaigns(hr):
    make_campaign("三点开会", name="会议")
    series = make_series(0)
    html = seen(hr, "/admin/scheduling/campaign/")
    assert "会议" in html
    assert page(series.steps.get()) not in html
    assert page(series) in seen(hr, LIST)


def test_a_step_has_no_life_of_its_own_on_its_page(hr):
    series = make_series(0)
    html = seen(hr, page(series.steps.get()))
    assert "ask_this" not in html
    assert page(series) in html


def test_who_may_not_write_changes_no_steps(approver):
    series = make_series(0)
    step = series.steps.get()
    for address in (step_page(series, "add"), step_page(series, "copy", step.pk), step_page(series, "remove", step.pk)):
        assert approver.post(address, {"day": "5", "at": "09:00"}).status_code == 403
    assert series.steps.count() == 1


def test_a_copy_is_a_draft_without_members(hr):
    series = make_series(0, 3)
    press(hr, series, "copy")
    copy = Series.objects.exclude(pk=series.pk).get()
    assert (copy.state, copy.name, copy.steps.count()) == ("draft", "Copy of 入职", 2)
    assert Campaign.objects.filter(contents__text="第3天").count() == 2


def test_a_running_series_shows_its_rule_and_no_form(hr):
    series = services.start_series(approve(make_series(0)))
    html = seen(hr, page(series))
    assert 'name="late"' not in html
    assert "send the latest of them" in html


@pytest.mark.parametrize("begin", [lambda series: series, lambda series: services.start_series(approve(series))])
def test_a_step_more_costs_a_page_no_query(hr, begin, django_assert_max_num_queries):
    one, many = (begin(make_series(*range(count), late="skip")) for count in (1, 9))
    seen(hr, page(one))
    with django_assert_max_num_queries(100) as few:
        seen(hr, page(one))
    with django_assert_max_num_queries(len(few)):
        seen(hr, page(many))
