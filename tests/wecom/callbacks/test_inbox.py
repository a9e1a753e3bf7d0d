"""The inbox handles repeats once, in any order, and tells similar callbacks apart."""

import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test import Client

from tests.support import factories
from tests.wecom.support.callback_sender import PATH, Envelope, text_xml
from tests.wecom.support.event_samples import CARD, SCAN, event_body
from wecom.bot import bot
from wecom.callbacks import processor
from wecom.callbacks.router import router
from wecom.models import Callback, Outbound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]
AT_ONCE = 30  # fewer than connections in the pool of the tests: waiting for one is not what is tested


@pytest.fixture
def application():
    return factories.make_application(is_default=True)


@pytest.fixture
def patient(monkeypatch) -> None:
    """SQLite lets writers try in turns of 0.1 s in which others come first: of fifty, one may be unlucky for long."""
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 120)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("count", [60, pytest.param(300, marks=[pytest.mark.slow, pytest.mark.thorough])])
def test_repeated_and_shuffled_callbacks_are_answered_once(application, count, settings):
    settings.WECOM = {**settings.WECOM, "MEMBER_MESSAGES_PER_MINUTE": 0}  # no limit
    envelopes = [
        Envelope(application, text_xml(application, text=str(number), user=f"user{number % 40}", msg_id=number))
        for number in range(count)
    ]
    copies = envelopes * 4
    random.Random(5).shuffle(copies)

    def post(some: list[Envelope]) -> set[int]:
        client = Client()
        try:
            return {envelope.post(client).status_code for envelope in some}
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        answers = list(pool.map(post, [copies[first::AT_ONCE] for first in range(AT_ONCE)]))
    assert set.union(*answers) == {200}
    assert Callback.objects.count() == count
    with router.temporary():
        bot.on_message("text")(lambda message: f"echo {message.content}")
        while waiting := list(Callback.objects.filter(status="queued").order_by("pk").values_list("pk", flat=True)):
            for pk in waiting:
                processor.handle(pk)
    sent = [row.content["content"] for row in Outbound.objects.all()]
    assert sorted(sent) == sorted(f"echo {number}" for number in range(count))


def deliver(client, application, xml: str | bytes, *, path: str = PATH) -> None:
    text = xml if isinstance(xml, str) else xml.decode()
    assert Envelope(application, text).post(client, path=path).status_code == 200


def test_equal_message_ids_of_two_people_are_told_apart(client, application):
    other = factories.make_application(corporation=application.corporation, agent_id=1000003)
    elsewhere = factories.make_application()
    at = int(time.time())
    for target in (application, other, elsewhere):
        for user in ("zhangsan", "lisi"):
            for _ in range(2):
                path = f"{PATH}/{target.webhook_key}"
                deliver(client, target, text_xml(target, user=user, msg_id=7, at=at), path=path)
    assert Callback.objects.count() == 6


EVENTS = {
    "two buttons": [("click", "<EventKey>a</EventKey>"), ("click", "<EventKey>b</EventKey>")],
    "a button and the chat": [("click", "<EventKey>a</EventKey>"), ("enter_agent", "<EventKey></EventKey>")],
    "two codes": [("scancode_push", SCAN), ("scancode_push", SCAN.replace("1 & 2", "other"))],
    "two clicks on a card": [("template_card_event", CARD), ("template_card_event", CARD.replace("code-1", "code-2"))],
    "two changes of a tag": [
        ("change_contact", f"<ChangeType>update_tag</ChangeType><TagId>1</TagId><{tag}>a</{tag}>")
        for tag in ("AddUserItems", "DelUserItems")
    ],
    "two changes of a member": [
        ("change_contact", f"<ChangeType>update_user</ChangeType><UserID>a</UserID><Department>{number}</Department>")
        for number in (1, 2)
    ],
    "two states of a request": [
        (
            "open_approval_change",
            f"<ApprovalInfo><ThirdNo>1</ThirdNo><OpenSpStatus>{status}</OpenSpStatus></ApprovalInfo>",
        )
        for status in (1, 2)
    ],
}


@pytest.mark.parametrize("name", EVENTS)
def test_two_events_of_one_second_are_both_handled(client, application, name):
    seen: list[object] = []
    at = int(time.time())
    with router.temporary():
        bot.on_event("*")(lambda event: seen.append(event) or "")
        for _ in range(3):
            for event, inside in EVENTS[name]:
                corp = application.corporation.corp_id
                deliver(client, application, event_body(event, inside, time=at, corp=corp))
            for row in Callback.objects.filter(status="queued").order_by("pk"):
                processor.handle(row.pk)
    assert len(seen) == Callback.objects.count() == 2
