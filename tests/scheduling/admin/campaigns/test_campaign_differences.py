"""The table of what an approver is shown: each place of a description in the reader's language."""

import re
from datetime import date, time

import pytest
from django.utils import timezone
from django.utils.translation import override

from core.interchange.row_differences import differences
from scheduling.admin.campaigns.campaign_differences import PIECES, SOURCES, Row, readable
from scheduling.admin.series import series_differences
from scheduling.campaigns import approved_content
from scheduling.campaigns.content_sources import UNHEARD
from scheduling.models import Campaign, CampaignContent, Segment, Series
from scheduling.series import approved_series as series_approval
from tests.support import factories
from wecom.models import Department, Tag

ENGLISH = re.compile(r"[A-Za-z]{2,}")
ALSO_CHINESE = re.compile(r"\bcron\b|OpenUser|Asia/Shanghai")

pytestmark = pytest.mark.django_db


@pytest.fixture
def audience(application):
    """Each way to choose members, on both sides."""
    Department.objects.create(corporation=application.corporation, number=7, name="销售部")
    Tag.objects.create(corporation=application.corporation, number=5, name="新人")
    factories.make_member(application, "lin", name="小林")
    segment = Segment.objects.create(corporation=application.corporation, name="老员工", rule={})
    side = {
        "departments": [{"number": 7, "children": True}],
        "tags": [5],
        "members": ["lin"],
        "segments": [segment.pk],
    }
    return {**side, "exclude": side}


def english(rows: list[Row]) -> list[str]:
    """Lines with words that are not Chinese."""
    lines = [f"{row.label} {row.before} {row.after}" for row in rows]
    return [line for line in lines if ENGLISH.search(ALSO_CHINESE.sub("", line))]


def fill(campaign: Campaign) -> Campaign:
    """Give a campaign contents that name all they can."""
    human = factories.make_digital_human(name="小雅")
    CampaignContent.objects.create(campaign=campaign, variant="A", language="zh-hans", text="你好", digital_human=human)
    return campaign


def test_no_place_of_a_campaign_is_told_in_english(application, audience):
    campaign = fill(
        factories.make_campaign_row(
            application,
            audience=audience,
            repeats="cron",
            starts_at=timezone.now(),
            cron="0 9 * * *",
            ends_on=date(2027, 3, 1),
            interrupts=True,
            in_member_zone=True,
            window_from=time(9),
            window_until=time(18),
            window_weekdays=[1, 2],
        )
    )
    with override("zh-hans"):
        rows = readable(differences({}, approved_content.describe(campaign)), campaign)
    assert english(rows) == []
    told = next(row.after for row in rows if "销售部" in row.after)
    assert told.count("小林") == told.count("新人") == told.count("老员工") == 2


def test_no_place_of_a_series_is_told_in_english(application, audience):
    series = factories.make_series_row(
        application, audience=audience, departments=[7], anchor=Series.Anchor.DEPARTMENT, stops_on_reply=True
    )
    step = fill(
        factories.make_campaign_row(application, series=series, day=3, at=time(9), audience={}, repeats="series")
    )
    described = series_approval.describe(series)
    with override("zh-hans"):
        rows = series_differences.readable(differences({}, described), series)
        gone = series_differences.readable(
            differences(described, {**described, "steps": {str(step.pk): {"day": 4}}}), series
        )
    assert english([*rows, *gone]) == []


def test_a_step_that_is_gone_begins_with_its_day_and_time(application):
    series = factories.make_series_row(application)
    fill(factories.make_campaign_row(application, series=series, day=3, at=time(9), repeats="series"))
    described = series_approval.describe(series)
    rows = series_differences.readable(differences(described, {**described, "steps": {}}), series)
    assert [row.before for row in rows[:2]] == ["3", "09:00"]
    assert len(rows) > 3


@pytest.mark.parametrize(("number", "words"), [(12, "p10, p11"), (13, "p11 and 1 more"), (20, "p11 and 8 more")])
def test_of_many_members_twelve_are_named_and_the_others_counted(application, number, words):
    members = [f"p{number:02}" for number in range(number)]
    campaign = factories.make_campaign_row(application, audience={"members": members})
    rows = readable(differences({}, approved_content.describe(campaign)), campaign)
    [told] = [row.after for row in rows if "p00" in row.after]
    assert told.endswith(words)


@pytest.mark.parametrize("model", [*SOURCES.values(), *(model for _words, model in PIECES.values())])
def test_each_field_of_a_source_has_a_chinese_name(model):
    with override("zh-hans"):
        names = {field.attname: str(field.verbose_name) for field in model._meta.concrete_fields}
    assert {key: name for key, name in names.items() if key not in UNHEARD and ENGLISH.search(name)} == {}
