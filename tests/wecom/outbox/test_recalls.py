"""Recalled messages: before sending, within a day, and too late."""

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from tests.support import factories
from wecom import bot, services
from wecom.exceptions import ContentError
from wecom.models import Outbound, Recall
from wecom.outbox import dispatcher, recalls

pytestmark = pytest.mark.django_db(transaction=True)


def sent(user_id: str, content: str = "说错了") -> Outbound:
    """A message that has arrived; of a long one the last part."""
    services.send_text(user_id, content=content)
    for row in Outbound.objects.order_by("pk"):
        dispatcher.deliver(row.pk)
    return Outbound.objects.order_by("-pk")[0]


def deliver(recall: Recall, *, later: timedelta = timedelta()) -> Recall:
    recalls.run_recall(recall.pk, now=timezone.now() + later)
    recall.refresh_from_db()
    return recall


def test_a_message_disappears_from_the_chat(connected, person):
    recall = deliver(services.recall(sent(person.user_id)))
    assert (recall.status, recall.reason, recall.errcode) == ("done", "", 0)
    assert [entry["recalled"] for entry in person.received()] == [True]


@pytest.mark.databases
def test_all_parts_of_a_long_message_are_taken_back(connected, person):
    last = sent(person.user_id, "很长的一句话。" * 200)
    services.recall(last)
    for row in Recall.objects.all():
        deliver(row)
    assert [entry["recalled"] for entry in person.received()] == [True] * 3


@pytest.mark.databases
def test_what_waits_is_not_sent_any_more(connected, person):
    outbound = services.send_text(person.user_id, content="还没发")
    recall = services.recall(outbound)
    assert (recall.status, recall.reason) == ("done", "unsent")
    dispatcher.deliver(outbound.pk)
    outbound.refresh_from_db()
    assert (outbound.status, outbound.reason) == ("cancelled", "recalled")
    assert person.received() == []


def test_what_may_have_arrived_is_taken_back_once_that_is_known(connected, emulator, person):
    outbound = services.send_text(person.user_id, content="不知道")
    emulator.fault("reset-after")
    dispatcher.deliver(outbound.pk)
    recall = deliver(services.recall(Outbound.objects.get()))
    assert (recall.status, recall.reason) == ("queued", "sending")
    dispatcher.deliver(outbound.pk, now=timezone.now() + timedelta(minutes=5))
    assert deliver(recall, later=timedelta(minutes=5)).status == "done"
    assert [entry["recalled"] for entry in person.received()] == [True]


def test_what_was_not_sent_after_all_needs_no_recall(connected):
    outbound = factories.make_outbound(connected, first_attempt_at=timezone.now())
    recall = services.recall(outbound)
    Outbound.objects.update(status="failed", reason="refused")
    assert deliver(recall).reason == "never_sent"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "failed", "reason": "refused"}, "not_sent"),
        ({"status": "done", "msgid": "m", "finished_at": timezone.now() - timedelta(hours=24, seconds=1)}, "too_late"),
    ],
)
def test_what_cannot_be_recalled_says_why(connected, fields, code):
    outbound = factories.make_outbound(connected, **fields)
    with pytest.raises(ContentError) as caught:
        services.recall(outbound)
    assert (caught.value.code, caught.value.field) == (code, "message")
    assert caught.value.remedy
    assert not services.can_be_recalled(outbound)


def test_the_platform_has_the_last_word_on_what_is_too_late(connected, emulator, person):
    recall = services.recall(sent(person.user_id))
    emulator.api("POST", "clock", json={"advance": 24 * 3600 + 60})
    emulator.api("DELETE", "tokens")
    recall = deliver(recall)
    assert (recall.status, recall.reason, recall.errcode) == ("failed", "too_late", 42052)


def test_a_message_of_another_application_is_not_ours_to_recall(connected, person):
    outbound = sent(person.user_id)
    Outbound.objects.update(msgid="of-somebody-else")
    outbound.refresh_from_db()
    recall = deliver(services.recall(outbound))
    assert (recall.status, recall.reason, recall.errcode) == ("failed", "foreign", 40058)


@pytest.mark.parametrize("fault", ["busy", "reset-before", "reset-after", "server-error", "truncated"])
def test_what_passes_is_tried_again(connected, emulator, person, fault):
    recall = services.recall(sent(person.user_id))
    emulator.fault(fault, "message/recall")
    assert deliver(recall).status == "queued"
    assert deliver(recall, later=timedelta(hours=1)).status == "done"


def test_a_wrong_setting_holds_it_and_saving_the_application_goes_on(connected, emulator, person):
    recall = services.recall(sent(person.user_id))
    emulator.fault("untrusted-ip", "message/recall")
    recall = deliver(recall)
    assert (recall.status, recall.reason) == ("queued", "held")
    connected.refresh_from_db()
    services.save_application(connected)
    assert deliver(recall).status == "done"


@pytest.mark.databases
def test_it_is_asked_for_once_and_again_after_it_failed(connected, person):
    outbound = sent(person.user_id)
    assert services.recall(outbound) == services.recall(outbound)
    Recall.objects.update(status="failed", reason="busy")
    assert services.can_be_recalled(outbound)
    assert services.recall(outbound).status == "queued"


def test_the_awaitable_takes_back_what_another_sent(connected, person):
    async def script() -> Recall:
        return await bot.recall_message(await bot.send_text_message(person.user_id, "哎呀"))

    assert async_to_sync(script)().reason == "unsent"


# In the admin


@pytest.fixture
def admin(admin_client, settings):
    settings.STORAGES = {**settings.STORAGES}
    return admin_client


def test_the_admin_offers_it_while_it_is_possible(connected, person, admin):
    outbound = sent(person.user_id)
    page = f"/admin/wecom/outbound/{outbound.pk}/change/"
    assert b"recall_this" in admin.get(page).content
    deliver(services.recall(outbound))
    answer = admin.get(page)
    assert b"recall_this" not in answer.content
    old = factories.make_outbound(connected, status="done", msgid="m", finished_at=timezone.now() - timedelta(days=2))
    assert b"recall_this" not in admin.get(f"/admin/wecom/outbound/{old.pk}/change/").content
    assert b"recall_this" in admin.get(f"/admin/wecom/outbound/{factories.make_outbound(connected).pk}/change/").content


def test_the_admin_recalls_what_is_chosen_and_says_what_cannot_be(connected, admin):
    waiting, failed = factories.make_outbound(connected), factories.make_outbound(connected, status="failed")
    body = {"action": "recall", "_selected_action": [waiting.pk, failed.pk]}
    answer = admin.post("/admin/wecom/outbound/", body, follow=True)
    words = [str(message) for message in answer.context["messages"]]
    assert len(words) == 2
    assert f"text #{failed.pk}" in words[0]
    assert Recall.objects.get().outbound == waiting
