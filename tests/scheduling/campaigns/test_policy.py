"""Campaigns without approval: who starts them, how far they reach, and what does not hold them."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from rest_framework.test import APIClient

from avatars.models import Render, RenderTemplate, TemplateVariable
from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import Campaign, CampaignContent, CampaignRun, SendingPolicy
from tests.scheduling.support.campaign_pages import form, page, person_of, press, seen
from tests.scheduling.support.campaigns import approve, make_campaign, make_person, outcomes, work
from tests.scheduling.support.plain_messages import clock
from tests.support.factories import make_api, make_member, make_template
from wecom.models import Outbound

pytestmark = pytest.mark.django_db
NIGHT = clock("2026-12-01T23:00")
CAMPAIGNS = "/api/v1/campaigns/"


@pytest.fixture(autouse=True)
def member(application) -> None:
    make_member(application, "lisi", status="active")


def alone(*texts: Any, **fields: Any) -> Campaign:
    return make_campaign(*texts, policy="alone", **fields)


def refused(act: Callable[..., Any], *args: Any, **options: Any) -> tuple[str, str]:
    with pytest.raises(SchedulingError) as caught:
        act(*args, **options)
    assert caught.value.remedy
    return caught.value.code, caught.value.field


def limited(settings: Any, most: int) -> None:
    settings.SCHEDULING = {**settings.SCHEDULING, "MAX_MEMBERS": most}


def test_it_is_started_as_it_is_and_bound_to_that():
    campaign, person = alone(), make_person()
    services.start_campaign(campaign, alone=True, by=person)
    work(calls=False)
    run, started = campaign.runs.get(), campaign.changes.get(after="scheduled")
    assert outcomes(campaign) == {"planned": 1}
    assert (started.before, started.by, started.digest) == ("draft", person, run.digest)
    assert (run.digest, run.content["policy"]) == (campaign.approved_hash, "alone")
    assert started.description == run.content


@pytest.mark.parametrize("state", ["draft", "waiting"])
def test_without_that_right_it_is_not_started(state):
    campaign = alone()
    if state == "waiting":
        services.ask_approval(campaign, by=make_person())
    assert refused(services.start_campaign, campaign)[0] == "not_approved"
    assert refused(services.start_unblocked, campaign)[0] == "not_approved"
    assert services.start_campaign(campaign, alone=True).state == "running"


@pytest.mark.parametrize("start", [services.start_campaign, services.start_unblocked])
def test_others_are_not_started_without_their_approval(start):
    campaign = make_campaign()
    assert refused(start, campaign, alone=True) == ("needs_approval", "policy")
    campaign.refresh_from_db()
    assert (campaign.state, campaign.approved_hash) == ("draft", "")


def test_a_change_of_policy_voids_the_approval():
    campaign = approve(make_campaign())
    campaign.policy = Campaign.Policy.ALONE
    assert services.save_campaign(campaign).state == "draft"
    assert refused(services.start_campaign, campaign)[0] == "not_approved"


def test_an_edit_in_a_pause_asks_for_another_start():
    campaign = services.start_campaign(alone(starts_at=clock("2099-01-01T09:00")), alone=True)
    services.pause_mailing(campaign)
    services.save_campaign(campaign, [CampaignContent(text="别的")])
    assert (campaign.state, campaign.approved_hash) == ("draft", "")
    services.start_campaign(campaign, alone=True)
    services.pause_mailing(campaign)
    assert refused(services.start_campaign, campaign, alone=True)[0] == "campaign_state"
    assert services.resume_mailing(campaign).state == "scheduled"


@pytest.mark.parametrize("paused", [False, True])
def test_an_edited_template_goes_out_as_it_is_then(paused):
    who = TemplateVariable(name="who", label="who", required=False, default="同事")
    template = make_template(script="{{who}}，早！", variables=[who])
    mornings = {"repeats": "cron", "cron": "0 9 * * *", "content_type": "video"}
    now, nine = clock("2026-11-24T12:00"), clock("2026-11-25T09:00")
    campaign = services.start_campaign(alone({"template": template}, **mornings), alone=True, now=now)
    if paused:
        services.pause_mailing(campaign, now=now)
    RenderTemplate.objects.update(script="{{who}}，晚上好！")
    if paused:
        services.resume_mailing(campaign, now=now)
    services.begin_campaign(campaign.pk, now=nine)
    work(nine, calls=False)
    assert [render.text for render in Render.objects.all()] == ["同事，晚上好！"]
    assert campaign.runs.get().reason == ""


def test_a_second_person_may_approve_it_all_the_same():
    campaign = approve(alone())
    assert services.start_campaign(campaign).state == "running"


def test_what_has_errors_is_not_started():
    campaign = alone("")
    assert refused(services.start_campaign, campaign, alone=True) == ("empty", "text")
    campaign.refresh_from_db()
    assert campaign.approved_hash == ""


def test_it_reaches_no_more_members_than_a_schedule(application, settings):
    make_member(application, "wangwu", status="active")
    limited(settings, 1)
    campaign = alone()
    assert refused(services.start_unblocked, campaign, alone=True) == ("members_too_many", "audience")
    services.start_campaign(campaign, alone=True)
    work(calls=False)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.reason, outcomes(campaign)) == ("paused", "broken", {})
    limited(settings, 2)
    services.resume_mailing(campaign)
    work(calls=False)
    assert outcomes(campaign) == {"planned": 2}


def test_the_limit_is_none_of_approved_ones(application, settings):
    limited(settings, 0)
    campaign = approve(make_campaign())
    services.start_campaign(campaign)
    work(calls=False)
    assert outcomes(campaign) == {"planned": 1}


@pytest.mark.parametrize(("policy", "calls"), [("approved", 0), ("alone", 1)])
def test_quiet_hours_hold_only_what_was_approved(application, policy, calls):
    SendingPolicy.objects.create(corporation=application.corporation, quiet_from="21:00", quiet_until="08:00")
    campaign = make_campaign(policy=policy)
    if policy == "approved":
        approve(campaign, NIGHT)
    services.start_campaign(campaign, alone=policy == "alone", now=NIGHT)
    work(NIGHT, calls=False)
    assert Outbound.objects.count() == calls


def test_caps_neither_hold_it_nor_count_it(application):
    SendingPolicy.objects.update_or_create(corporation=application.corporation, defaults={"daily_cap": 1})
    morning = clock("2026-12-01T10:00")
    for text in ("一", "二"):
        campaign = services.start_campaign(alone(text), alone=True, now=morning)
        work(morning, calls=False)
        assert outcomes(campaign) == {"planned": 1}
    first, second = (approve(make_campaign(text), morning) for text in ("三", "四"))
    for campaign, expected in ((first, {"planned": 1}), (second, {"skipped:cap": 1})):
        services.start_campaign(campaign, now=morning)
        work(morning, calls=False)
        assert outcomes(campaign) == expected


def test_a_step_is_approved_with_its_series(application):
    body = {"name": "加入", "audience": {"everyone": True}, "anchor": "api"}
    body["steps"] = [{"day": 0, "at": None, "contents": [{"text": "欢迎"}]}]
    api = make_api("campaigns:write", "campaigns:alone")
    step = api.post("/api/v1/series/", body, format="json").json()["steps"][0]
    address = f"{CAMPAIGNS}{step['id']}/"
    assert api.patch(address, {"policy": "alone"}, format="json").json()["policy"] == "approved"
    assert api.post(f"{address}start-alone/").json()["code"] == "series_step"


def test_evidence_and_explanation_say_who_started_it():
    campaign, person = alone(), make_person()
    services.start_campaign(campaign, alone=True, by=person)
    work(calls=False)
    delivery = CampaignRun.objects.get().deliveries.get()
    evidence = services.evidence_bundle(delivery)
    assert (evidence["policy"], evidence["approval"]) == ("alone", None)
    assert evidence["started"]["digest"] == evidence["campaign"]["digest"]
    lines = {line.topic: line.words for line in services.explain_delivery(delivery).lines}
    assert "approved" not in lines
    assert person.get_username() in lines["started"]


def test_a_program_needs_the_scope_of_its_own():
    row = {"name": "早", "policy": "alone", "audience": {"everyone": True}, "contents": [{"text": "早"}]}
    api = make_api("campaigns:write", "campaigns:send", "campaigns:approve", "campaigns:read")
    address = f"{CAMPAIGNS}{api.post(CAMPAIGNS, row, format='json').json()['id']}/"
    assert api.post(f"{address}start/").json()["code"] == "not_approved"
    refusal = api.post(f"{address}start-alone/")
    assert (refusal.status_code, "campaigns:alone" in refusal.content.decode()) == (403, True)
    allowed = make_api("campaigns:alone", name="another")
    told = allowed.post(f"{address}start-alone/", {"dry_run": True}, format="json")
    assert (told.status_code, told.json()["planned"], told.json()["blockers"]) == (202, 1, [])
    assert allowed.post(f"{address}start-alone/").json()["state"] == "running"


@pytest.mark.parametrize(("codename", "status"), [("send_campaign", 403), ("start_alone_campaign", 200)])
def test_a_person_needs_the_right_of_its_own(codename, status):
    api, person = APIClient(), User.objects.create_user("hr", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename=codename))
    api.force_login(person)
    assert api.post(f"{CAMPAIGNS}{alone().pk}/start-alone/").status_code == status


@pytest.mark.parametrize(
    ("had", "model", "has"),
    [
        ("publish_schedule", "schedule", {"start_alone_campaign", "send_campaign"}),
        ("run_schedule", "schedule", {"send_campaign"}),
        ("add_schedule", "schedule", {"add_campaign"}),
        ("change_schedule", "schedule", {"change_campaign"}),
        ("delete_schedule", "schedule", {"delete_campaign"}),
        ("view_schedule", "schedule", {"view_campaign"}),
        ("view_run", "run", {"view_campaign"}),
    ],
)
def test_single_rights_on_schedules_are_those_on_campaigns_after_the_update(had: str, model: str, has: set[str]):
    kind = ContentType.objects.get(app_label="scheduling", model=model)
    right, _made = Permission.objects.get_or_create(codename=had, content_type=kind, defaults={"name": had})
    holder, member, other = (User.objects.create_user(name, is_staff=True) for name in ("pia", "max", "eva"))
    group = Group.objects.create(name="计划")
    group.permissions.add(right)
    member.groups.add(group)
    holder.user_permissions.add(right)
    Permission.objects.filter(content_type__model="campaign").delete()  # as before the update
    for _again in range(2):
        import_module("scheduling.migrations.0006_right_to_start_alone").give_to_publishers(apps, None)
        import_module("scheduling.migrations.0007_schedules_are_campaigns").give_rights(apps, None)
    for person in (holder, member):
        found = User.objects.get(pk=person.pk).get_all_permissions()
        assert {one for one in found if one.endswith("_campaign")} == {f"scheduling.{name}" for name in has}
    assert not User.objects.get(pk=other.pk).get_all_permissions()


def test_an_operator_starts_in_the_admin_what_an_editor_wrote():
    editor, operator = person_of("editor"), person_of("operator")
    assert editor.post("/admin/scheduling/campaign/add/", form(policy="alone")).status_code == 302
    campaign = Campaign.objects.get()
    assert not campaign.needs_approval
    button = page(campaign, "start_alone_this")
    assert button not in seen(editor, page(campaign))
    assert editor.get(page(campaign, "start")).status_code == 403
    press(editor, campaign, "ask")
    html = seen(operator, page(campaign))
    assert 'data-testid="alone"' in html
    assert button in html
    assert operator.get(button).headers["Location"] == page(campaign, "start")
    assert "Start for 1 member" in seen(operator, page(campaign, "start"))
    operator.post(page(campaign, "start"), {"when": ""})
    campaign.refresh_from_db()
    assert campaign.state == "running"
    assert button not in seen(operator, page(campaign))


def test_home_names_what_waits_to_be_started_by_who_may():
    others = make_campaign()
    services.ask_approval(others, by=make_person())
    campaign = services.ask_approval(alone(name="等人启动"), by=make_person())
    home = seen(person_of("operator"), "/admin/")
    assert home.count('data-testid="campaign-asked"') == 1
    assert page(campaign, "start") in home
    assert "等人启动" not in seen(person_of("editor"), "/admin/")
    services.start_campaign(campaign, alone=True)
    assert "campaign-asked" not in seen(person_of("operator", name="another"), "/admin/")


def test_the_button_is_none_of_others():
    campaign, operator = make_campaign(), person_of("operator")
    assert page(campaign, "start_alone_this") not in seen(operator, page(campaign))
    assert operator.get(page(campaign, "start")).status_code == 302
