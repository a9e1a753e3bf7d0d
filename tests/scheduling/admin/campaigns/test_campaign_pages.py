"""The list of campaigns, and the form on which one is written."""

import re
from datetime import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from scheduling.models import Campaign, CampaignRun
from tests.scheduling.support.campaign_pages import ADD, LIST, form, page, person_of, seen
from tests.scheduling.support.campaigns import make_campaign
from tests.support.model_rows import make_row
from wecom.models import FactDefinition

pytestmark = pytest.mark.django_db
NOBODY = {"audience-everyone": ""}


def save(client, **fields) -> Campaign:
    answer = client.post(ADD, form(**fields))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return Campaign.objects.latest("pk")


def test_an_empty_list_says_what_a_campaign_is(hr, approver):
    assert "Write a campaign" in seen(hr, LIST)
    assert "Write a campaign" not in seen(approver, LIST)


def test_a_text_in_two_languages_is_saved_as_entered(hr):
    campaign = save(hr, a_en_text="Meeting at three")
    assert campaign.audience == {"everyone": True}
    rows = {row.language: (row.variant, row.share, row.text) for row in campaign.contents.all()}
    assert rows == {"zh-hans": ("A", 100, "三点开会"), "en": ("A", 100, "Meeting at three")}
    assert campaign.created_by.username == "hr"


def test_two_variants_share_what_was_entered(hr):
    campaign = save(hr, compare="on", share_b="30", b_zh_text="四点开会")
    assert {row.variant: row.share for row in campaign.contents.all()} == {"A": 70, "B": 30}
    again = hr.post(page(campaign), form(b_zh_text="四点开会"))
    assert again.status_code == 302
    assert {row.variant: row.share for row in campaign.contents.all()} == {"A": 100}


def test_members_departments_tags_and_exceptions_become_an_audience(hr):
    named = {"audience-members": "ZhangSan, lisi", "audience-departments": "7!", "audience-tags": "3"}
    named |= {"audience-everyone": "", "audience-exclude-members": "wangwu"}
    campaign = save(hr, **named)
    assert campaign.audience == {
        "departments": [{"number": 7, "below": False}],
        "tags": [3],
        "members": ["lisi", "zhangsan"],
        "exclude": {"members": ["wangwu"]},
    }
    hr.post(page(campaign), form(**named))
    assert Campaign.objects.get().audience == campaign.audience
    assert 'value="lisi, zhangsan"' in seen(hr, page(campaign))


def test_what_no_audience_can_be_is_refused_at_its_field(hr):
    answer = hr.post(ADD, form(**{"audience-segments": "98765"}))
    assert "98765" in answer.context["adminform"].form.errors["audience"][0]


def test_facts_of_the_company_have_a_button_too(hr, application):
    make_row(
        FactDefinition, corporation=application.corporation, key="shirt_size", name="衬衫尺码", name_en="Shirt size"
    )
    html = seen(hr, ADD)
    for words in ("shirt_size", "Shirt size", "start date"):
        assert html.count(words) > 4, words


@pytest.mark.parametrize(
    ("when", "repeats", "cron"),
    [
        ({"repeat": "now"}, "once", ""),
        ({"repeat": "once", "only_on": "2099-12-24", "at": "09:30"}, "once", ""),
        ({"repeat": "weekly", "weekdays": ["1", "4"], "at": "09:00"}, "cron", "0 9 * * 1,4"),
        ({"repeat": "cron", "cron": "0 9 1 * *"}, "cron", "0 9 1 * *"),
    ],
)
def test_a_time_is_shown_as_it_was_entered(hr, when, repeats, cron):
    campaign = save(hr, **when)
    assert (campaign.repeats, campaign.cron) == (repeats, cron)
    shown = hr.get(page(campaign)).context["adminform"].form.initial
    assert shown["repeat"] == ("monthly" if cron == "0 9 1 * *" else when["repeat"])
    if when["repeat"] == "once":
        assert f"{campaign.starts_at.astimezone(campaign.zone):%Y-%m-%d %H:%M}" == "2099-12-24 09:30"
        assert (shown["only_on"], shown["at"]) == ("2099-12-24", "09:30")


def test_a_send_window_is_shown_as_it_was_entered(hr):
    days = {"window_days": "chosen", "window_weekdays": ["5", "1"]}
    campaign = save(hr, window_from="09:00", window_until="18:30", **days)
    assert (campaign.window_from, campaign.window_until) == (time(9), time(18, 30))
    assert campaign.window_weekdays == [1, 5]
    html = seen(hr, page(campaign))
    assert 'value="18:30' in html
    assert hr.post(page(campaign), form(window_weekdays=["5"])).status_code == 302
    campaign.refresh_from_db()
    assert (campaign.window_from, campaign.window_weekdays) == (None, [])


def test_half_a_send_window_is_told_at_the_other_field(hr):
    campaign = save(hr, window_from="09:00")
    errors = hr.get(page(campaign)).context["adminform"].form.errors
    assert list(errors) == ["window_until"]


def test_a_draft_with_errors_is_saved_and_says_them_at_their_fields(hr):
    campaign = save(hr, **NOBODY, a_zh_text="{{nickname}}，你好", a_en_text="{{name, hello")
    answer = hr.get(page(campaign))
    errors = answer.context["adminform"].form.errors
    assert {"audience", "a_zh_text", "a_en_text"} == set(errors)
    assert "There is no variable “nickname”." in errors["a_zh_text"][0]
    assert "#id_a_en_text" in answer.content.decode()


def test_a_moment_that_has_passed_is_refused(hr):
    answer = hr.post(ADD, form(repeat="once", only_on="2020-01-01", at="09:00"))
    assert "only_on" in answer.context["adminform"].form.errors
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    ("fields", "card"),
    [
        (
            {"kind": "textcard", "title": "通知", "description": "看", "url": "https://a.cn"},
            {"kind": "textcard", "title": "通知", "description": "看", "url": "https://a.cn"},
        ),
        (
            {"kind": "other", "json": '{"kind": "text_notice", "main_title": {"title": "好"}}'},
            {"kind": "text_notice", "main_title": {"title": "好"}},
        ),
    ],
)
def test_a_card_is_entered_by_fields_or_as_json(hr, fields, card):
    campaign = save(hr, content_type="card", **{f"a_zh_card-{name}": value for name, value in fields.items()})
    assert campaign.contents.get().card == card
    html = seen(hr, page(campaign))
    assert f'<option value="{fields["kind"]}" selected>' in html


def test_what_is_no_json_of_a_card_is_refused(hr):
    answer = hr.post(ADD, form(content_type="card", **{"a_zh_card-kind": "other", "a_zh_card-json": "{kind"}))
    assert "a_zh_card" in answer.context["adminform"].form.errors
    assert "{kind" in answer.content.decode()
    save(hr, **{"a_zh_card-kind": "other", "a_zh_card-json": "{kind"})  # a text now: its card is not shown


def test_what_another_kind_needs_is_not_kept(hr):
    campaign = save(hr)
    hr.post(page(campaign), form(content_type="card", **{"a_zh_card-title": "通知"}))
    row = campaign.contents.get()
    assert (row.text, row.card["title"]) == ("", "通知")


def test_an_edit_of_what_waits_makes_it_a_draft_and_says_so(hr):
    campaign = save(hr)
    Campaign.objects.filter(pk=campaign.pk).update(state="waiting")
    answer = hr.post(page(campaign), form(a_zh_text="四点开会"), follow=True)
    assert "It is a draft again" in answer.content.decode()
    campaign.refresh_from_db()
    assert campaign.state == "draft"


def test_what_runs_is_shown_and_not_changed(hr):
    campaign = make_campaign()
    Campaign.objects.filter(pk=campaign.pk).update(state="running", approved_hash="x")
    assert 'name="_save"' not in seen(hr, page(campaign))
    assert hr.post(page(campaign), form(name="别的")).status_code == 403


def test_who_may_not_change_it_reads_the_whole(hr, approver):
    campaign = save(hr, a_en_text="Meeting at three")
    html = seen(approver, page(campaign)).partition('data-testid="whole"')[2]
    for words in ("三点开会", "Meeting at three", "everyone", "optional"):
        assert words in html
    assert 'x-show="compare' not in html


def test_the_list_shows_the_figures_of_the_last_run_with_few_queries(hr):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            html = seen(hr, LIST)
        assert "7 of 9 sent" in html
        assert "2 failed" in html
        return len(asked)

    campaigns = [make_campaign(name=f"通知{number}") for number in range(2)]
    for campaign in campaigns:
        CampaignRun.objects.create(campaign=campaign, moment=timezone.now(), planned=9, sent=7, failed=2)
    before = queries()
    for number in range(5):
        make_campaign(name=f"又{number}")
    assert queries() == before


def test_campaigns_are_found_by_words_and_state(hr):
    make_campaign("三点开会", name="会议")
    assert "会议" in seen(hr, LIST, q="三点")
    assert "Nothing matches this search." in seen(hr, LIST, q="四点")
    assert "Nothing matches this search." in seen(hr, LIST, state__exact="running")


def test_what_was_sent_is_not_deleted(hr):
    campaign = make_campaign()
    assert "Are you sure" in seen(hr, page(campaign, "delete"))
    CampaignRun.objects.create(campaign=campaign, moment=timezone.now())
    assert "It was sent." in seen(hr, page(campaign, "delete"))


def test_the_list_says_when_what_is_not_started_is_to_go_out(hr):
    save(hr, repeat="once", only_on="2099-12-24", at="09:30")
    assert "2099-12-24 09:30" in seen(hr, LIST)


# ---- without approval

START = "scheduling_campaign_save_and_start"
EVERY_MONDAY = {"policy": "alone", "repeat": "weekly", "weekdays": ["1"], "at": "09:00", "missed": "skip"}


def test_the_address_chooses_what_stands_in_the_form(hr):
    shown = hr.get(ADD, {"policy": "alone"}).context["adminform"].form
    values = [shown[name].value() for name in ("policy", "repeat", "at", "missed")]
    assert values == ["alone", "daily", "09:00", "skip"]
    assert hr.get(ADD, {"policy": "alone", "repeat": "weekly"}).context["adminform"].form["repeat"].value() == "weekly"
    assert hr.get(ADD).context["adminform"].form["repeat"].value() == "now"


def test_who_starts_alone_saves_and_comes_to_the_start(application):
    operator = person_of("operator")
    assert f'name="{START}"' in seen(operator, f"{ADD}?policy=alone")
    answer = operator.post(ADD, form(**EVERY_MONDAY, **{START: "yes"}))
    campaign = Campaign.objects.get()
    assert answer["Location"] == page(campaign, "start")
    assert f'name="{START}"' in seen(operator, page(campaign))


def test_what_lacks_something_is_shown_instead_of_started(application):
    operator = person_of("operator")
    answer = operator.post(ADD, form(**EVERY_MONDAY, **NOBODY, **{START: "yes"}), follow=True)
    assert answer.redirect_chain[-1][0] == page(Campaign.objects.get())
    assert "1 thing is missing" in answer.content.decode()


def test_a_draft_without_approval_tells_that_it_is_to_be_started(hr):
    answer = hr.post(ADD, form(**EVERY_MONDAY), follow=True)
    assert "It is a draft and sends nothing until it is started." in answer.content.decode()


def test_who_only_writes_has_no_button_to_start(application):
    editor = person_of("editor")
    assert f'name="{START}"' not in seen(editor, f"{ADD}?policy=alone")
    assert editor.post(ADD, form(**EVERY_MONDAY, **{START: "yes"})).status_code == 403
    assert not Campaign.objects.exists()


def test_what_a_message_for_a_few_needs_seldom_is_folded(hr):
    page, whole = seen(hr, f"{ADD}?policy=alone"), seen(hr, ADD)
    assert (page.count("<details><summary>"), whole.count("<details><summary>")) == (3, 0)
    names = set(re.findall(r'name="(\w+)"', page))
    assert set(re.findall(r'name="(\w+)"', whole)) - names == set()
    folded = page[page.index("<details><summary>") :]
    assert 'name="a_zh_text"' not in folded


def test_the_list_says_how_a_campaign_repeats(hr):
    save(hr, **EVERY_MONDAY)
    assert "every Monday at 09:00" in seen(hr, LIST, policy__exact="alone")
    assert "Nothing matches" in seen(hr, LIST, policy__exact="approved")
