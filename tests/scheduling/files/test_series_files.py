"""Series in files: with their steps, each told by its day and time."""

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import Segment, Series
from tests.scheduling.support.campaigns import approve
from tests.scheduling.support.files import exported, refused, verdicts
from tests.scheduling.support.series import NINE, add_step, make_series
from tests.support.factories import make_application

pytestmark = pytest.mark.django_db

FILE = """\
version: 1
segments:
  - name: 外包
    rule: {rules: [{subject: position, test: contains, value: 外包}]}
series:
  - name: 入职
    fact: start_date
    audience: {everyone: true}
    stop_rule: {rules: [{subject: segment, test: one_of, value: [外包]}]}
    time_zone: Asia/Shanghai
    in_member_zone: true
    steps:
      - {day: 7, at: 09:00, name: 一周, contents: {zh-hans: {text: 一周了}}}
      - {day: -3, at: 18:30, name: 欢迎, valid_minutes: 90, contents: {zh-hans: {text: 欢迎}, en: {text: Welcome}}}
"""


def test_a_series_comes_back_in_equal_bytes(application):
    assert verdicts(FILE.encode()) == {"外包": "new", "入职": "new"}
    series = Series.objects.get()
    assert [(step.day, step.name, step.contents.count()) for step in series.steps.steps()] == [
        (-3, "欢迎", 2),
        (7, "一周", 1),
    ]
    assert (series.in_member_zone, {step.in_member_zone for step in series.steps.all()}) == (True, {True})
    data = exported()
    assert set(verdicts(data).values()) == set(verdicts(FILE.encode()).values()) == {"same"}
    Series.objects.all().delete()
    Segment.objects.all().delete()
    assert set(verdicts(data).values()) == {"new"}
    assert exported() == data
    text = data.decode()
    assert "day: -3\n        at: '18:30'" in text
    assert text.index("欢迎") < text.index("一周")


def test_steps_are_told_by_their_day_and_time(application):
    series = make_series(0, 1)
    first, second = series.steps.steps()
    approve(series)
    data = exported().decode().replace("day: 1", "day: 2").replace("text: 第0天", "text: 你好")
    (found,) = services.import_file(data.encode())
    assert (found.verdict, [one.path for one in found.differences]) == ("changed", ["steps"])
    steps = list(Series.objects.get().steps.steps())
    assert steps[0] == first
    assert steps[1] != second
    assert steps[0].contents.get().text == "你好"
    series.refresh_from_db()
    assert series.state == "draft"


def test_an_equal_series_keeps_its_approval(application):
    series = approve(make_series(0))
    assert verdicts(exported()) == {"入职": "same"}
    series.refresh_from_db()
    assert series.state == "approved"


def test_what_is_wrong_with_a_step_is_told_at_its_place(application):
    text = """\
version: 1
series:
  - name: 入职
    anchor: moon
    stop_rule: {rules: [{subject: name, test: likes, value: x}]}
    steps:
      - {day: 0, at: 9, name: 甲}
      - {day: 0, name: 乙, audience: {everyone: true}}
      - {day: 0, name: 丙}
      - {at: 09:00, name: 丁, contents: {en: {text: 5}}}
"""
    assert refused(text) == [
        ("series[0].anchor", 4, "file_invalid"),
        ("series[0].stop_rule.rules[0].test", 5, "rule_invalid"),
        ("series[0].steps[0].at", 7, "file_invalid"),
        ("series[0].steps[1].audience", 8, "key_unknown"),
        ("series[0].steps[1].at", 8, "step_taken"),
        ("series[0].steps[2].at", 9, "step_taken"),
        ("series[0].steps[3].day", 10, "file_invalid"),
        ("series[0].steps[3].contents.en.text", 10, "file_invalid"),
    ]


def test_a_draft_says_what_its_steps_lack(application):
    text = "version: 1\nseries: [{name: 甲, audience: {everyone: true}, steps: [{day: 0, at: 09:00, name: 第一步}]}]"
    (found,) = services.import_file(text.encode())
    assert [str(one).partition(":")[0] for one in found.missing] == ["第一步"]


def test_a_series_that_runs_is_not_changed_by_a_file(application):
    approve(make_series(0))
    data = exported().decode().replace("text: 第0天", "text: 你好")
    Series.objects.update(state="running")
    assert [(place, code) for place, _line, code in refused(data)] == [("series[0]", "series_state")]


def test_a_step_does_not_travel_alone(application):
    step = add_step(make_series(0), 1)
    with pytest.raises(SchedulingError, match="with its series"):
        services.export_file(campaigns=[step])
    assert refused("version: 1\ncampaigns: [{name: 甲, repeats: series, day: 1}]") == [
        ("campaigns[0].day", 2, "key_unknown"),
        ("campaigns[0].repeats", 2, "file_invalid"),
    ]


MOMENTS = st.sets(st.tuples(st.integers(-365, 365), st.sampled_from([NINE, NINE.replace(minute=30)])), max_size=3)


@pytest.mark.databases
@settings(max_examples=10, deadline=None)
@given(
    fields=st.fixed_dictionaries(
        {
            "anchor": st.sampled_from(Series.Anchor.values),
            "departments": st.lists(st.integers(1, 9), max_size=2),
            "repeats_yearly": st.booleans(),
            "late": st.sampled_from(Series.Late.values),
            "ends_on": st.none() | st.dates(),
        }
    ),
    moments=MOMENTS,
    at_once=st.booleans(),
)
def test_every_series_comes_back_in_equal_bytes(fields, moments, at_once):
    with transaction.atomic():
        make_application(is_default=True)
        days = [*sorted(moments), *([(0, None)] if at_once else [])]
        series = services.save_series(Series(name="甲", audience={"everyone": True}, **fields))
        for day, at in days:
            add_step(series, day, at)
        data = exported()
        assert verdicts(data) == {"甲": "same"}
        Series.objects.all().delete()
        assert verdicts(data) == {"甲": "new"}
        assert exported() == data
        assert Series.objects.get().steps.count() == len(days)
        transaction.set_rollback(True)
