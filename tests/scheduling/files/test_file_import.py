"""Imports: told before they are done, all or nothing, and the same bytes when it is exported again."""

from datetime import UTC, date, datetime

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.interchange.model_fields import fields_of
from scheduling import services
from scheduling.content_kinds.content_kind_registry import kinds
from scheduling.files.file_references import NATURAL_KEYS
from scheduling.models import AudienceSheet, Campaign, CampaignContent, Segment
from tests.scheduling.support.campaigns import approve, launch, make_campaign, make_person
from tests.scheduling.support.files import exported, refused, verdicts
from tests.scheduling.support.plain_messages import clock
from tests.support.factories import make_application, make_flow

pytestmark = pytest.mark.django_db

FILE = """\
version: 1
segments:
  - name: 新人
    rule: {op: all, rules: [{subject: segment, test: one_of, value: [上海]}]}
  - name: 上海
    rule: {op: all, rules: [{subject: "fact:city", test: is, value: 上海}]}
campaigns:
  - name: 早安
    starts_at: 2026-12-01T09:00
    time_zone: Asia/Shanghai
    audience: {segments: [新人]}
    contents:
      zh-hans: {text: 早上好}
"""


def test_a_file_that_was_written_by_hand_becomes_drafts(application):
    writer = make_person()
    assert verdicts(FILE.encode(), by=writer) == {"上海": "new", "新人": "new", "早安": "new"}
    campaign = Campaign.objects.get()
    assert (campaign.state, campaign.created_by, campaign.missed) == ("draft", writer, "once")
    assert campaign.starts_at == clock("2026-12-01T09:00")
    assert campaign.audience == {"segments": [Segment.objects.get(name="新人").pk]}
    assert verdicts(FILE.encode()) == {"上海": "same", "新人": "same", "早安": "same"}


def test_a_dry_run_says_what_an_import_does_and_keeps_nothing(application):
    wanted = services.import_file(FILE.encode(), dry_run=True)
    assert not Campaign.objects.exists()
    assert not Segment.objects.exists()
    done = services.import_file(FILE.encode())
    assert [(one.kind, one.name, one.verdict) for one in wanted] == [(one.kind, one.name, one.verdict) for one in done]


def test_a_change_is_told_by_its_place_and_both_values(application):
    services.import_file(FILE.encode())
    approve(Campaign.objects.get(), clock("2026-11-01T09:00"))
    changed = FILE.replace("早上好", "早").replace("value: 上海", "value: 北京")
    found = {one.name: one for one in services.import_file(changed.encode()) if one.verdict == "changed"}
    assert [(one.path, one.before, one.after) for one in found["早安"].differences] == [
        ("contents.zh-hans.text", "早上好", "早")
    ]
    assert [one.path for one in found["上海"].differences] == ["rule.rules"]
    assert Campaign.objects.get().state == "draft"


def test_an_equal_campaign_keeps_its_approval(application):
    services.import_file(FILE.encode())
    approve(Campaign.objects.get(), clock("2026-11-01T09:00"))
    assert verdicts(FILE.encode())["早安"] == "same"
    assert Campaign.objects.get().state == "approved"


def test_what_a_campaign_lacks_is_told_and_keeps_it_a_draft(application):
    (one,) = services.import_file("version: 1\ncampaigns: [{name: 空}]".encode())
    assert {problem.code for problem in one.missing} == {"audience_empty", "empty"}


def test_all_that_is_wrong_is_told_at_once_with_its_place(application):
    text = """\
version: 1
audiences: []
segments:
  - name: 一
    rule: {op: all, rules: [{subject: "fact:gone", test: is, value: x}]}
  - name: 二
    rule: {rules: [{op: any, rules: [{subject: name, test: is}]}, {subject: segment, test: one_of, value: [无]}]}
campaigns:
  - name: 甲
    repeat: daily
    content_type: telegram
    valid_minutes: soon
    starts_at: tomorrow
    application: 77
    audience: {segments: [一, 三], list: 名单, tags: [x], colour: red}
    contents:
      fr: {text: Salut}
      en: {text: 5, flow: 没有, shares: 1}
  - contents: {}
  - {name: 甲}
"""
    assert refused(text) == [
        ("audiences", 2, "key_unknown"),
        ("segments[0].rule.rules[0].subject", 5, "fact_gone"),
        ("segments[1].rule", 7, "reference_missing"),
        ("campaigns[0].repeat", 10, "key_unknown"),
        ("campaigns[0].content_type", 11, "file_invalid"),
        ("campaigns[0].valid_minutes", 12, "file_invalid"),
        ("campaigns[0].starts_at", 13, "file_invalid"),
        ("campaigns[0].application", 14, "reference_missing"),
        ("campaigns[0].audience.segments[1]", 15, "reference_missing"),
        ("campaigns[0].audience.list", 15, "reference_missing"),
        ("campaigns[0].audience.colour", 15, "audience_invalid"),
        ("campaigns[0].contents.fr", 17, "file_invalid"),
        ("campaigns[0].contents.en.shares", 18, "key_unknown"),
        ("campaigns[0].contents.en.text", 18, "file_invalid"),
        ("campaigns[0].contents.en.flow", 18, "reference_missing"),
        ("campaigns[1].name", 19, "file_invalid"),
        ("campaigns[2].name", 20, "name_taken"),
    ]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("version: 2", ["version"]),
        ("campaigns: []", ["version"]),
        ("version: 1\nsegments: {a: b}", ["segments"]),
        (
            "version: 1\nsegments: [{name: 圈, rule: {rules: [{subject: segment, test: one_of, value: [圈]}]}}]",
            ["segments[0].rule"],
        ),
        ("version: 1\nsegments: [{name: 空}]", ["segments[0].rule"]),
    ],
)
def test_a_file_of_another_kind_is_refused(application, text, places):
    assert [place for place, _line, _code in refused(text)] == places


def test_a_campaign_that_runs_is_not_changed_by_a_file(application):
    launch("早上好", name="早安", starts_at=clock("2030-12-01T09:00"))
    Campaign.objects.update(state="running")
    text = "version: 1\ncampaigns: [{name: 早安, contents: {zh-hans: {text: 晚安}}}]"
    assert refused(text) == [("campaigns[0]", 2, "campaign_state")]


def test_a_campaign_that_is_over_stays_and_a_new_one_begins(application):
    make_campaign("早上好", name="早安")
    data = exported()
    Campaign.objects.update(state="finished")
    assert verdicts(data) == {"早安": "same"}
    assert verdicts(data.replace("早上好".encode(), "晚安".encode())) == {"早安": "new"}
    assert sorted(Campaign.objects.values_list("state", flat=True)) == ["draft", "finished"]


def test_two_campaigns_of_one_name_are_not_mixed_up(application):
    make_campaign(name="早安")
    make_campaign(name="早安")
    assert refused("version: 1\ncampaigns: [{name: 早安}]") == [("campaigns[0].name", 2, "reference_ambiguous")]


def test_files_travel_in_the_zip(application):
    file = ContentFile("十二月".encode(), name="通知 1.txt")
    make_campaign({"file": file}, {"language": "en", "file": file}, content_type="file", audience={"members": ["a"]})
    data = exported()
    assert verdicts(data) == {"通知": "same"}
    Campaign.objects.all().delete()
    assert verdicts(data, dry_run=True) == {"通知": "new"}
    services.import_file(data)
    first, second = CampaignContent.objects.all()
    assert first.file.read().decode() == second.file.read().decode() == "十二月"
    assert exported() == data
    assert verdicts(data) == {"通知": "same"}


def test_a_file_that_did_not_come_along_is_told(application):
    text = f"version: 1\ncampaigns: [{{name: 甲, contents: {{en: {{file: {{name: a.txt, sha256: {'f' * 64}}}}}}}}}]"
    assert refused(text) == [("campaigns[0].contents.en.file", 2, "file_missing")]


def test_a_list_is_found_by_its_name(application):
    rows = {"corporation": application.corporation, "name": "名单", "expires_at": clock("2030-01-01T00:00")}
    sheet = AudienceSheet.objects.create(kept=True, **rows)
    text = "version: 1\ncampaigns: [{name: 甲, audience: {list: 名单}}]"
    services.import_file(text.encode())
    assert Campaign.objects.get().audience == {"sheet": sheet.pk}
    AudienceSheet.objects.create(kept=True, **rows)
    assert refused(text) == [("campaigns[0].audience.list", 2, "reference_ambiguous")]


def test_every_reference_of_a_campaign_has_a_name():
    related = {
        one.related_model for model in (Campaign, CampaignContent) for one in fields_of(model) if one.is_relation
    }
    assert related - {Campaign} <= NATURAL_KEYS.keys()


WORDS = st.text("早上好 {}|#:-'\"\n\t\r\u2028🌞yes12.e", max_size=20).filter(lambda text: "\0" not in text)
NAMES = st.text("周一播报 aB:#-1.\u2028", min_size=1, max_size=8).filter(str.strip)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
CONTENTS = st.fixed_dictionaries(
    {
        "share": st.integers(1, 100),
        "text": WORDS,
        "card": st.just({}) | st.fixed_dictionaries({"title": WORDS, "kind": st.just("textcard"), "b": st.booleans()}),
        "values": st.dictionaries(NAMES, WORDS, max_size=2),
    }
)
CAMPAIGNS = st.fixed_dictionaries(
    {
        "name": NAMES,
        "content_type": st.sampled_from([kind.name for kind in kinds()]),
        "message_class": st.sampled_from(Campaign.MessageClass.values),
        "starts_at": st.none() | MOMENTS,
        "ends_on": st.none() | st.dates(date(2020, 1, 1), date(2040, 1, 1)),
        "cron": st.sampled_from(["", "0 9 * * 1", "broken"]),
        "time_zone": st.sampled_from(["Asia/Shanghai", "America/New_York", "Mars/Base"]),
        "valid_minutes": st.none() | st.integers(1, 10_000),
        "audience": st.sampled_from([{}, {"everyone": True}, {"departments": [3, {"number": 2, "below": False}]}]),
    }
)
SLOTS = st.sampled_from([(variant, language) for variant in "AB" for language in ("zh-hans", "en")])
DRAFTS = st.lists(
    st.tuples(CAMPAIGNS, st.dictionaries(SLOTS, CONTENTS, max_size=3)),
    max_size=2,
    unique_by=lambda one: str(one[0]["name"]).strip(),
)


@pytest.mark.databases
@example(segments={"甲": "一\r\n二"}, drafts=[], with_flow=False)
@example(segments={"甲": "一\r\r\n二"}, drafts=[], with_flow=False)
@settings(max_examples=25, deadline=None)
@given(
    segments=st.dictionaries(NAMES.map(str.strip), WORDS.map(str.strip), min_size=1, max_size=2),
    drafts=DRAFTS,
    with_flow=st.booleans(),
)
def test_whatever_was_written_comes_back_in_equal_bytes(segments, drafts, with_flow):
    with transaction.atomic():
        application = make_application(is_default=True)
        flow = make_flow(name="问候") if with_flow else None
        for name, description in segments.items():
            rule = {"rules": [{"subject": "name", "test": "contains", "value": "陈"}]}
            row = Segment(corporation=application.corporation, name=name, description=description[:300], rule=rule)
            services.save_segment(row)
        for fields, contents in drafts:
            rows = [CampaignContent(variant=a, language=b, flow=flow, **one) for (a, b), one in contents.items()]
            audience = fields["audience"] or {"segments": [Segment.objects.first().pk]}
            services.save_campaign(Campaign(**{**fields, "audience": audience}), rows)
        data = exported()
        assert set(verdicts(data).values()) == {"same"}
        Campaign.objects.all().delete()
        Segment.objects.all().delete()
        assert set(verdicts(data).values()) == {"new"}
        assert exported() == data
        transaction.set_rollback(True)
