"""Every door of scheduling at which a reason is given refuses one without words, on pages and over REST."""

import importlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from unfold.forms import BaseDialogForm

from core.evidence.stated_reasons import check_reason
from scheduling import services
from scheduling.models import Campaign, Enrolment, SendingPolicy
from tests.scheduling.support import campaigns, series
from tests.scheduling.support.campaign_pages import page, press
from tests.scheduling.support.campaigns import approver_api
from tests.support import factories

pytestmark = pytest.mark.django_db
Row = Any
REASON = "写错了，重来"
SAYS_NOTHING = {"full stop": ".", "invisible": "\u200b", "one letter": "aaaa"}
URGENT = "urgent_reason"


@pytest.fixture(autouse=True)
def member(application):
    return factories.make_member(application, "wangfang", status="active")


def waiting_campaign() -> Campaign:
    return services.ask_approval(campaigns.make_campaign(), by=campaigns.make_person())


def scheduled_campaign() -> Campaign:
    return campaigns.launch(repeats="cron", cron="0 9 * * *")


def waiting_series() -> Row:
    return services.ask_approval(series.make_series(0), by=campaigns.make_person())


def running_series() -> Row:
    return series.launch(5, now="2026-12-01T12:00")


def enrolled() -> Enrolment:
    services.enrol(running_series(), "wangfang")
    return Enrolment.objects.get()


DOORS: Mapping[str, tuple[Callable[[], Row], str, str]] = {
    "a campaign is sent back": (waiting_campaign, "send_back", "why"),
    "a campaign is paused": (scheduled_campaign, "pause", "why"),
    "a campaign is cancelled": (scheduled_campaign, "cancel", "why"),
    "a series is sent back": (waiting_series, "send_back", "why"),
    "a series is paused": (running_series, "pause", "why"),
    "a series is cancelled": (running_series, "cancel", "why"),
    "a series ends for a member": (enrolled, "stop", "note"),
}
"""The row, the step, and the field of its reason: the same on its page and over REST."""
ADDRESSES = {"campaign": "campaign", "series": "series", "enrolment": "series-member"}


def over_rest(row: Row, step: str, field: str, reason: str) -> bool:
    """Whether the step was taken."""
    address = reverse(f"{ADDRESSES[row._meta.model_name]}-{step.replace('_', '-')}", args=[row.pk])
    answer = approver_api().post(address, {field: reason}, format="json")
    if answer.status_code == 200:
        return True
    problem = answer.json()
    assert (answer.status_code, problem["field"]) == (422, field), problem
    assert problem["hint"]
    return False


def on_its_page(row: Row, step: str, field: str, reason: str) -> bool:
    """Whether the step was taken; the dialog stays open and says what is wrong where it was not."""
    answer = press(all_rights(), row, step, **{field: reason})
    assert answer.status_code == 200
    if "HX-Redirect" in answer.headers:
        return True
    assert "Give it in words." in answer.content.decode()
    return False


WAYS = {"page": on_its_page, "REST": over_rest}


def all_rights() -> Client:
    person, _created = User.objects.get_or_create(username="all", is_staff=True, is_superuser=True)
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def kept(row: Row) -> tuple[str, str]:
    """The state of a row and the reason that is kept."""
    row.refresh_from_db()
    return (row.status, row.note) if isinstance(row, Enrolment) else (row.state, row.changes.first().why)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("door", DOORS)
def test_a_reason_without_words_opens_no_door(door, way):
    make, step, field = DOORS[door]
    row = make()
    before = kept(row)
    for reason in SAYS_NOTHING.values():
        assert not WAYS[way](row, step, field, reason), reason
        assert kept(row) == before
    assert WAYS[way](row, step, field, f"\u200b{REASON} ")
    state, reason = kept(row)
    assert state != before[0]
    assert reason == REASON


@pytest.mark.parametrize("says_nothing", SAYS_NOTHING.values(), ids=SAYS_NOTHING)
def test_urgency_without_words_is_not_approved(says_nothing):
    campaign = campaigns.approve(campaigns.make_campaign("停水"))
    all_rights().post(page(campaign, "start"), {"urgent": says_nothing})
    campaign.refresh_from_db()
    assert (campaign.state, campaign.urgent_reason) == ("approved", "")
    address = reverse("campaign-detail", args=[campaign.pk])
    changed = approver_api().patch(address, {URGENT: says_nothing}, format="json").json()
    if says_nothing == "\u200b":
        assert (changed["state"], changed[URGENT]) == ("approved", "")  # it is empty, and not urgent
        return
    assert [(one["field"], one["code"]) for one in changed["problems"]] == [(URGENT, "no_reason")]
    answer = approver_api().post(reverse("campaign-ask-approval", args=[campaign.pk]), format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "no_reason")
    assert approver_api().patch(address, {URGENT: "水管爆了"}, format="json").json()["problems"] == []


@pytest.mark.parametrize("says_nothing", SAYS_NOTHING.values(), ids=SAYS_NOTHING)
def test_all_sending_is_stopped_for_a_reason_in_words(application, says_nothing):
    policy = SendingPolicy.objects.create(corporation=application.corporation)
    assert not on_its_page(policy, "stop", "why", says_nothing)
    policy.refresh_from_db()
    assert policy.stopped_at is None
    assert on_its_page(policy, "stop", "why", REASON)
    policy.refresh_from_db()
    assert (policy.stopped_at is None, policy.stopped_why) == (False, REASON)


def dialogs(kind: type[BaseDialogForm] = BaseDialogForm) -> Iterator[type[BaseDialogForm]]:
    for one in kind.__subclasses__():
        yield one
        yield from dialogs(one)


def test_no_dialog_asks_for_a_reason_and_takes_a_full_stop():
    importlib.import_module("openuser.urls")
    asked = {
        f"{one.__module__}.{one.__qualname__}": field
        for one in dialogs()
        for name, field in one.base_fields.items()
        if name in ("why", "note", "reason") and field.required
    }
    assert len(asked) >= 3
    assert [name for name, field in asked.items() if check_reason not in field.validators] == []
