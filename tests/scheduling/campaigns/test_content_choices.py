"""Words sent as they are written, videos in a mode of their own, and variables that use their defaults."""

from typing import Any

import pytest

from avatars.models import Render, TemplateVariable
from scheduling import services
from scheduling.models import Batch, Campaign, CampaignContent
from tests.scheduling.support.campaign_pages import ADD, form, page, person_of
from tests.scheduling.support.campaigns import launch, make_campaign, outcomes, work
from tests.support import factories
from wecom.models import Outbound

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def members(application) -> None:
    factories.make_member(application, "nameless", status="active")
    factories.make_member(application, "lisi", name="李四", status="active")


def video(**content: Any) -> Campaign:
    return launch({"text": "早上好！", **content}, content_type="video")


def test_a_literal_text_is_equal_words_for_all():
    campaign = launch({"text": "{{name}} 和 {{x", "literal": True})
    assert services.campaign_problems(campaign) == []
    work(calls=False)
    outbound = Outbound.objects.get()
    assert (outbound.content["content"], len(outbound.recipients)) == ("{{name}} 和 {{x", 2)
    assert outcomes(campaign) == {"planned": 2}


def test_the_preview_of_a_literal_text_is_literal(application):
    campaign = make_campaign({"text": "{{name}}", "literal": True})
    member = services.find_tester(campaign, "lisi")
    assert services.preview_campaign(campaign, member).words == "{{name}}"


def test_a_literal_script_is_one_video():
    campaign = video(text="{{name}} 早", literal=True)
    work(calls=False)
    assert [render.text for render in Render.objects.all()] == ["{{name}} 早"]
    assert Batch.objects.get(run__campaign=campaign).reason == "rendering"


def test_a_video_is_made_in_the_mode_that_is_chosen(application):
    human = factories.make_digital_human(name="小新")
    assert human.mode != "lipsync"
    video(digital_human=human, mode="lipsync")
    work(calls=False)
    assert Render.objects.get().mode == "lipsync"


def greeting() -> Any:
    who = TemplateVariable(name="who", label="who", required=False, default="同事")
    return factories.make_template(script="{{who}}，欢迎！", variables=[who])


@pytest.mark.parametrize(
    ("defaults", "expected", "scripts"),
    [
        (True, {"planned": 2}, {"李四，欢迎！", "同事，欢迎！"}),
        (False, {"planned": 1, "skipped:no_value": 1}, {"李四，欢迎！"}),
    ],
)
def test_a_default_takes_the_place_of_a_value_where_that_is_chosen(application, defaults, expected, scripts):
    campaign = video(text="", template=greeting(), values={"who": "{{name}}"}, defaults=defaults)
    work(calls=False)
    assert outcomes(campaign) == expected
    assert {render.text for render in Render.objects.all()} == scripts


@pytest.mark.parametrize(("field", "value"), [("literal", True), ("mode", "lipsync"), ("defaults", True)])
def test_a_choice_is_part_of_what_is_approved(field, value):
    campaign = make_campaign()
    before = services.describe_campaign(campaign)
    assert field not in before["contents"]["A/zh-hans"]
    CampaignContent.objects.update(**{field: value})
    campaign.refresh_from_db()
    assert services.describe_campaign(campaign)["contents"]["A/zh-hans"][field] == value


def test_a_long_text_of_ones_own_goes_out_in_parts():
    campaign = make_campaign("{{name|同事}}" + "长" * 1500, policy="alone", audience={"members": ["lisi"]})
    assert services.campaign_problems(campaign) == []
    services.start_campaign(campaign, alone=True)
    work(calls=False)
    parts = [row.content["content"] for row in Outbound.objects.order_by("pk")]
    assert len(parts) > 1
    assert "李四" in parts[0]
    assert sum(part.count("长") for part in parts) == 1500
    assert outcomes(campaign) == {"planned": 1}


@pytest.mark.parametrize(("policy", "most"), [("approved", 682), ("alone", 4000)])
def test_a_text_that_is_too_long_says_so(policy, most):
    for count, codes in ((most, []), (most + 1, ["too_long"])):
        campaign = make_campaign("长" * count, policy=policy)
        assert [(one.code, one.field) for one in services.campaign_problems(campaign)] == [
            (code, "text") for code in codes
        ]


def test_the_form_keeps_what_is_chosen():
    hr = person_of("editor")
    chosen = {"a_zh_literal": "on", "a_zh_mode": "lipsync", "a_zh_defaults": "on"}
    times = {"repeat": "daily", "at": "09:00", "days": "working", "unknown_days": "weekdays"}
    body = form(content_type="video", **chosen, **times, missed="skip", grace_minutes="30")
    assert hr.post(ADD, body).status_code == 302
    campaign, content = Campaign.objects.get(), CampaignContent.objects.get()
    assert (content.literal, content.mode, content.defaults) == (True, "lipsync", True)
    assert (campaign.unknown_days, campaign.grace_minutes) == ("weekdays", 30)
    hr.post(page(campaign), form(content_type="text"))
    content.refresh_from_db()
    assert (content.literal, content.mode, content.defaults) == (False, "", False)
