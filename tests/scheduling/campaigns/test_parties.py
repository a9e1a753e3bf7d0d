"""Who may approve: neither who wrote nor who asked, person or program, for campaigns and series alike."""

from itertools import product
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from rest_framework.test import APIClient

from core.parties.acting_client import acts
from openuser.api import clients
from openuser.models import ApiClient
from scheduling import services
from scheduling.exceptions import SchedulingError
from scheduling.models import AudienceSheet, Campaign, Segment, Series
from tests.scheduling.support.campaign_pages import page, person_of, press
from tests.scheduling.support.campaigns import make_campaign, make_person
from tests.support.factories import make_api, make_member

pytestmark = pytest.mark.django_db
SCOPES = [f"campaigns:{verb}" for verb in ("read", "write", "approve", "send")]
BODIES: dict[str, dict[str, Any]] = {
    "campaigns": {
        "name": "年会",
        "content_type": "text",
        "audience": {"everyone": True},
        "contents": [{"text": "年会在周五。"}],
    },
    "series": {
        "name": "加入",
        "audience": {"everyone": True},
        "anchor": "api",
        "steps": [{"day": 0, "at": None, "contents": [{"text": "欢迎"}]}],
    },
}
BEHIND = {"anna": {"anna"}, "ben": {"ben"}, "oa": {"oa", "anna"}, "grc": {"grc", "carol"}}
"""Who stands behind each: the token of OA was shown to Anna, that of GRC to Carol."""


@pytest.fixture
def parties(application) -> dict[str, APIClient]:
    people = {name: User.objects.create_superuser(name) for name in ("anna", "ben", "carol")}
    make_member(application, "lisi", status="active")
    found = {
        "oa": make_api(*SCOPES, name="oa", created_by=people["anna"], may_approve=True),
        "grc": make_api(*SCOPES, name="grc", created_by=people["carol"], may_approve=True),
    }
    for name in ("anna", "ben"):
        found[name] = APIClient()
        found[name].force_login(people[name])
    return found


def written(api: APIClient, kind: str) -> str:
    answer = api.post(f"/api/v1/{kind}/", BODIES[kind], format="json")
    assert answer.status_code == 201, answer.content
    return f"/api/v1/{kind}/{answer.json()['id']}/"


def approval(parties: dict[str, APIClient], kind: str, writer: str, asker: str, approver: str) -> tuple[int, str]:
    """The status and code of the answer to an approval, whose rows are taken back."""
    with transaction.atomic():
        address = written(parties[writer], kind)
        assert parties[asker].post(f"{address}ask-approval/").status_code == 200
        answer = parties[approver].post(f"{address}approve/")
        transaction.set_rollback(True)
    return answer.status_code, answer.json().get("code", "")


@pytest.mark.parametrize("kind", BODIES)
def test_neither_writer_nor_asker_approves_person_or_program(parties, kind):
    for writer, asker, approver in product(BEHIND, repeat=3):
        is_theirs = BEHIND[approver] & (BEHIND[writer] | BEHIND[asker])
        expected = (409, "own_approval") if is_theirs else (200, "")
        assert approval(parties, kind, writer, asker, approver) == expected, (writer, asker, approver)


@pytest.mark.parametrize("kind", BODIES)
def test_a_person_approves_in_the_admin_only_what_others_did(parties, kind):
    for writer, asker, approver in product(BEHIND, BEHIND, ("anna", "ben")):
        with transaction.atomic():
            address = written(parties[writer], kind)
            parties[asker].post(f"{address}ask-approval/")
            row: Any = {"campaigns": Campaign, "series": Series}[kind].objects.get()
            client = Client()
            client.force_login(User.objects.get(username=approver))
            press(client, row, "approve")
            row.refresh_from_db()
            transaction.set_rollback(True)
        is_theirs = BEHIND[approver] & (BEHIND[writer] | BEHIND[asker])
        assert row.state == ("waiting" if is_theirs else "approved"), (writer, asker, approver)


@pytest.mark.parametrize("kind", BODIES)
def test_a_program_approves_nothing_until_an_administrator_allows_it(parties, kind):
    ApiClient.objects.filter(name="grc").update(may_approve=False)
    address = written(parties["ben"], kind)
    parties["ben"].post(f"{address}ask-approval/")
    refused = parties["grc"].post(f"{address}approve/")
    assert (refused.status_code, refused.json()["code"]) == (403, "client_may_not_approve")
    assert "administrator" in refused.json()["hint"]
    ApiClient.objects.filter(name="grc").update(may_approve=True)
    assert parties["grc"].post(f"{address}approve/").json()["state"] == "approved"


def test_only_an_administrator_lets_a_program_approve_and_that_is_recorded(parties):
    client = ApiClient.objects.get(name="grc")
    address = f"/admin/openuser/apiclient/{client.pk}/change/"
    form = {"name": "grc", "scopes": SCOPES, "may_approve": "on", "rate": "600", "enabled": "on"}
    ApiClient.objects.update(may_approve=False)
    assert person_of("editor", "approver", name="hr").post(address, form).status_code == 403
    boss = Client()
    boss.force_login(User.objects.get(username="anna"))
    assert boss.post(address, form).status_code == 302
    client.refresh_from_db()
    assert client.may_approve
    entry = LogEntry.objects.latest("pk")
    assert (entry.user.get_username(), "May approve" in entry.change_message) == ("anna", True)


def test_who_renewed_a_token_stands_behind_it(parties):
    clients.renew_token(ApiClient.objects.get(name="grc"), by=User.objects.get(username="ben"))
    address = written(parties["ben"], "campaigns")
    parties["anna"].post(f"{address}ask-approval/")
    with acts(ApiClient.objects.get(name="grc").acting):
        assert refusal(Campaign.objects.get(), None) == "own_approval"


@pytest.mark.parametrize("kind", BODIES)
def test_who_changed_one_word_does_not_approve_it(parties, kind):
    address = written(parties["oa"], kind)
    part = {"contents": [{"text": "年会在周六。"}]} if kind == "campaigns" else {"audience": {"members": ["lisi"]}}
    parties["ben"].patch(address, part, format="json")
    parties["grc"].post(f"{address}ask-approval/")
    assert parties["ben"].post(f"{address}approve/").json()["code"] == "own_approval"
    third = User.objects.create_superuser("dora")
    dora = APIClient()
    dora.force_login(third)
    assert dora.post(f"{address}approve/").status_code == 200


def test_other_words_over_rest_void_the_approval(parties):
    address = written(parties["ben"], "campaigns")
    for step, who in (("ask-approval", "ben"), ("approve", "anna")):
        parties[who].post(f"{address}{step}/")
    changed = parties["ben"].patch(address, {"contents": [{"text": "年会在周六。"}]}, format="json").json()
    assert (changed["state"], changed["contents"][0]["text"]) == ("draft", "年会在周六。")


def test_after_an_approval_only_what_is_new_counts(parties):
    address = written(parties["ben"], "campaigns")
    parties["ben"].post(f"{address}ask-approval/")
    assert parties["anna"].post(f"{address}approve/").status_code == 200
    parties["anna"].patch(address, {"contents": [{"text": "年会在周六。"}]}, format="json")
    parties["anna"].post(f"{address}ask-approval/")
    assert parties["ben"].post(f"{address}approve/").status_code == 200


def test_the_history_names_each_program_and_each_edit(parties):
    address = written(parties["oa"], "campaigns")
    parties["oa"].patch(address, {"contents": [{"text": "一"}]}, format="json")
    parties["anna"].patch(address, {"contents": [{"text": "二"}]}, format="json")
    parties["anna"].patch(address, {"name": "新年会"}, format="json")
    parties["oa"].post(f"{address}ask-approval/")
    parties["ben"].post(f"{address}approve/")
    parties["grc"].post(f"{address}start/")
    anna, ben = (User.objects.get(username=name).pk for name in ("anna", "ben"))
    found = [
        (one["by"], one["client"], one["wrote"]) for one in reversed(parties["oa"].get(f"{address}changes/").json())
    ]
    assert found[:5] == [
        (None, "oa", True),
        (anna, "", True),
        (None, "oa", False),
        (ben, "", False),
        (None, "grc", False),
    ]
    assert "oa (API)" in page_of(address)


def page_of(address: str) -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(username="ben"))
    return client.get(page(Campaign.objects.get())).content.decode()


def test_who_changed_the_segment_does_not_approve_its_campaign(parties, application):
    rule = {"op": "all", "rules": [{"subject": "fact:city", "test": "is", "value": "上海"}]}
    author, other = make_person(), make_person()
    segment = Segment(corporation=application.corporation, name="她", rule=rule)
    services.save_segment(segment, by=other)
    campaign = make_campaign(audience={"segments": [segment.pk]})
    segment.rule = {**rule, "op": "none"}
    services.save_segment(segment, by=author)
    services.ask_approval(campaign, by=make_person())
    assert refusal(campaign, author) == "own_approval"
    segment.name = "别人"
    services.save_segment(segment, by=other)  # a name is no rule
    assert services.approve(campaign, by=other).state == "approved"


def test_who_uploaded_the_list_does_not_approve_its_campaign(parties, application):
    author = make_person()
    sheet, _rows = services.upload_sheet(application.corporation, b"lisi\n", name="名单", by=author)
    AudienceSheet.objects.update(kept=True)
    campaign = make_campaign(audience={"sheet": sheet.pk})
    services.ask_approval(campaign, by=make_person())
    assert refusal(campaign, author) == "own_approval"


def test_a_rule_that_changed_since_it_was_asked_is_not_approved(parties, application):
    rule = {"op": "all", "rules": [{"subject": "fact:city", "test": "is", "value": "上海"}]}
    segment = services.save_segment(Segment(corporation=application.corporation, name="她", rule=rule))
    campaign = make_campaign(audience={"segments": [segment.pk]})
    services.ask_approval(campaign, by=make_person())
    segment.rule = {**rule, "op": "none"}
    services.save_segment(segment, by=make_person())
    assert refusal(campaign, make_person()) == "changed_since_asked"


@pytest.mark.parametrize("kind", BODIES)
def test_a_program_whose_token_nobody_holds_does_not_approve_what_it_wrote(parties, kind):
    token_of_the_command_line = make_api(*SCOPES, name="cli", may_approve=True)
    address = written(token_of_the_command_line, kind)
    parties["ben"].post(f"{address}ask-approval/")
    answer = token_of_the_command_line.post(f"{address}approve/")
    assert (answer.status_code, answer.json()["code"]) == (409, "own_approval")
    assert parties["grc"].post(f"{address}approve/").json()["state"] == "approved"


def test_only_persons_approve_their_own_where_that_is_allowed(parties, settings):
    settings.SCHEDULING = {**settings.SCHEDULING, "APPROVE_OWN_CAMPAIGNS": True}
    expected = {"ben": (200, ""), "oa": (409, "own_approval")}
    assert {who: approval(parties, "campaigns", who, who, who) for who in expected} == expected


def test_nobody_approves_namelessly_nor_a_program_what_is_nobodys(parties):
    campaign = make_campaign()
    services.ask_approval(campaign, by=make_person())
    assert refusal(campaign, None) == "approver_missing"
    answer = parties["grc"].post(f"/api/v1/campaigns/{campaign.pk}/approve/")
    assert (answer.status_code, answer.json()["code"]) == (409, "party_unknown")


def refusal(campaign: Campaign, by: User | None) -> str:
    with pytest.raises(SchedulingError) as caught:
        services.approve(campaign, by=by)
    assert caught.value.remedy
    return str(caught.value.code)
