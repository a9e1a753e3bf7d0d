"""The page on which a campaign is rehearsed."""

import csv
import io

import pytest
from django.urls import reverse
from django.utils.html import escape

from scheduling import services
from scheduling.models import RehearsalRun, Segment
from tests.scheduling.support.campaign_pages import page, person_of, seen
from tests.scheduling.support.campaigns import launch, make_campaign
from tests.scheduling.support.series import make_series
from tests.support import factories
from wecom.services import set_facts

pytestmark = pytest.mark.django_db

DAILY = {"repeats": "cron", "cron": "0 9 * * *", "time_zone": "Asia/Shanghai"}


@pytest.fixture
def reader(db):
    return person_of("viewer", name="reader")


@pytest.fixture
def lisi(application):
    member = factories.make_member(application, "lisi", name="李四", status="active")
    set_facts(member, {"birthday": "1988-03-07"})
    return member


def address(subject) -> str:
    return reverse(f"admin:scheduling_{subject._meta.model_name}_rehearsal", args=[subject.pk])


def ask(**fields):
    return {"since": "2099-01-05", "days": "3", "department": "", "segment": "", "members": "", **fields}


def rehearsed(reader, subject, **fields) -> str:
    """What the page says after a worker has done what was asked for on it."""
    answer = reader.post(address(subject), ask(**fields))
    if answer.status_code == 200:
        return str(answer.content.decode())
    services.run_rehearsal(RehearsalRun.objects.latest("pk").pk)
    return str(seen(reader, address(subject) + answer["Location"]))


def test_a_campaign_is_rehearsed_from_its_page(reader, lisi):
    campaign = make_campaign("{{name}}，早上好", name="早安", **DAILY)
    assert page(campaign, "rehearse_this") in seen(reader, page(campaign))
    html = seen(reader, address(campaign))
    assert 'value="60"' in html
    assert 'data-testid="timeline"' not in html
    html = rehearsed(reader, campaign)
    assert "3 messages would go out." in html
    assert html.count("李四，早上好") == 3
    assert "2099-01-07 09:00" in html


def test_everything_else_is_shown_where_it_is_wanted(reader, lisi):
    launch("下班", name="晚安", **{**DAILY, "cron": "0 18 * * *"})
    campaign = make_campaign("早", name="早安", **DAILY)
    both = rehearsed(reader, campaign, since="", others="on")
    assert "This field is required" in both
    today = campaign.created_at.astimezone(campaign.zone).date()
    both = rehearsed(reader, campaign, since=today.isoformat(), others="on")
    alone = rehearsed(reader, campaign, since=today.isoformat())
    assert ("晚安" in both.partition('"timeline"')[2], "晚安" in alone.partition('"timeline"')[2]) == (True, False)


def test_only_the_chosen_members_take_part(reader, lisi, application):
    factories.make_member(application, "wangwu", name="王五", status="active")
    rule = {"rules": [{"subject": "name", "test": "is", "value": "王五"}]}
    segment = Segment.objects.create(corporation=application.corporation, name="五", rule=rule)
    campaign = make_campaign(**DAILY)
    html = rehearsed(reader, campaign, members="LiSi")
    assert ("李四" in html, "王五" in html) == (True, False)
    html = rehearsed(reader, campaign, segment=segment.pk)
    assert ("李四" in html, "王五" in html) == (False, True)


def test_who_leaves_gets_nothing_after_the_last_day(reader, lisi):
    campaign = make_campaign("早", **DAILY, audience={"members": ["lisi"]})
    html = rehearsed(reader, campaign, leavers="LiSi 2099-01-05")
    assert "leaves after 2099-01-05" in html
    assert "1 message would go out." in html
    assert "has left the company" in html
    html = rehearsed(reader, campaign, leavers="lisi")
    assert "is no member with a day. Write a user ID and the day" in html.replace("&quot;", '"')
    assert 'data-testid="timeline"' not in html


def test_a_series_with_an_event_asks_who_comes_in(reader, lisi):
    series = make_series(0, 3, anchor="api")
    html = rehearsed(reader, series, days="5", joiners="lisi 2099-01-05")
    assert "2 messages would go out." in html
    assert 'name="joiners"' not in seen(reader, address(make_series(0, name="生日")))


def test_personal_facts_are_masked_for_who_may_not_read_them(reader, lisi):
    campaign = make_campaign("生日是{{birthday}}", **DAILY)
    html = rehearsed(reader, campaign)
    assert "生日是19**-**-07" in html
    assert "1988" not in html


def test_the_csv_has_a_line_for_each_message(reader, lisi):
    campaign = make_campaign("早", name="早安", **DAILY)
    rehearsed(reader, campaign)
    answer = reader.get(address(campaign), {"rehearsal": RehearsalRun.objects.get().pk, "format": "csv"})
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 4
    assert rows[1][:5] == ["lisi", "李四", "2099-01-05 09:00", "早安", "gets it"]


def test_what_is_wrong_is_said_and_nothing_happens(reader, lisi):
    html = rehearsed(reader, make_campaign("", **DAILY))
    assert "There is nothing to say. Write what to say." in html
    html = rehearsed(reader, make_campaign(**DAILY), members="nobody")
    assert "These are no members." in html
    once = make_campaign(starts_at="2099-06-01T09:00:00+08:00")
    assert "Nothing happens in these days" in rehearsed(reader, once)


def test_without_the_right_to_see_it_there_is_no_page(lisi):
    assert person_of(name="nobody").get(address(make_campaign(**DAILY))).status_code == 403


def test_the_page_shows_how_far_a_rehearsal_is_until_it_ends(reader, lisi):
    campaign = make_campaign("早", **DAILY)
    asked = address(campaign) + reader.post(address(campaign), ask())["Location"]
    html = seen(reader, asked)
    assert "Waits for a free worker" in html
    assert "data-unfinished" in html
    assert 'value="2099-01-05"' in html  # the form keeps what was asked
    RehearsalRun.objects.update(status="running", percent=43)
    html = seen(reader, asked)
    assert "The days are gone through" in html
    assert '<progress max="100" value="43"' in html
    RehearsalRun.objects.update(status="queued")
    services.run_rehearsal(RehearsalRun.objects.get().pk)
    html = seen(reader, asked)
    assert "3 messages would go out." in html
    assert "data-unfinished" not in html


def test_a_rehearsal_that_failed_says_what_to_do(reader, lisi):
    campaign = make_campaign("早", **DAILY)
    asked = address(campaign) + reader.post(address(campaign), ask())["Location"]
    campaign.contents.all().delete()
    services.run_rehearsal(RehearsalRun.objects.get().pk)
    error = RehearsalRun.objects.get().error
    assert escape(f"{error['detail']} {error['remedy']}") in seen(reader, asked)
    RehearsalRun.objects.update(error=None, reason="attempts")
    assert "Choose fewer members or days, and rehearse again." in seen(reader, asked)


def test_nobody_else_reads_what_a_person_asked_for(reader, lisi):
    campaign = make_campaign("早", **DAILY)
    rehearsed(reader, campaign)
    other = person_of("viewer", name="other")
    answer = other.get(address(campaign), {"rehearsal": RehearsalRun.objects.get().pk})
    assert answer.status_code == 404


@pytest.mark.parametrize(("language", "words"), [("en", "Monday to Friday count"), ("zh-hans", "周一至周五")])
def test_the_page_marks_unknown_days_of_a_series(reader, lisi, language, words):
    reader.cookies["django_language"] = language
    html = rehearsed(reader, make_series(0, days_off="wait"))
    assert 'data-testid="days-unknown"' in html
    assert words in html
