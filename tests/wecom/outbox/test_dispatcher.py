"""Delivery against the emulator: nothing is lost or doubled."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.support import factories
from tests.wecom.support.deliveries import deliver, tries
from wecom import services
from wecom.client.handler_context import handling
from wecom.contents import Text
from wecom.exceptions import ContentError
from wecom.models import Application, Outbound

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.databases
def test_a_text_arrives_and_leaves_its_attempt(connected, person):
    outbound = deliver(services.send_text(person.user_id, content="早上好"))
    assert person.texts() == ["早上好"]
    assert (outbound.status, outbound.errcode, tries(outbound)) == ("done", 0, ["sent"])
    assert outbound.msgid


@pytest.mark.databases
def test_a_private_text_arrives_and_leaves_no_words(connected, person):
    outbound = deliver(services.enqueue_message(connected, Text(content="悄悄话"), to=[person.user_id], private=True))
    outbound.refresh_from_db()
    assert person.texts() == ["悄悄话"]
    assert (outbound.status, outbound.content, outbound.body) == ("done", {}, None)


@pytest.mark.databases
def test_a_woken_twice_message_is_sent_once(connected, person):
    deliver(services.send_text(person.user_id, content="一次"), times=3)
    assert person.texts() == ["一次"]


def test_long_text_arrives_in_parts_in_order(connected, person):
    text = "".join(f"第{number}句话，说得不长。" for number in range(400))
    services.send_text(person.user_id, content=text)
    for outbound in Outbound.objects.order_by("pk"):
        deliver(outbound)
    parts = person.texts()
    assert [part.split("\n")[0] for part in parts] == [f"({n}/{len(parts)})" for n in range(1, len(parts) + 1)]
    assert "".join(part.split("\n", 1)[1] for part in parts) == text
    assert all(len(part.encode()) <= 2048 for part in parts)


@pytest.mark.databases
def test_a_later_part_waits_for_the_earlier(connected, person):
    services.send_text(person.user_id, content="一" * 1000)
    first, second = Outbound.objects.order_by("pk")
    assert deliver(second).status == "queued"
    deliver(first)
    assert deliver(second).status == "done"


@pytest.mark.parametrize("fault", ["busy", "rate-limited", "concurrency-limited", "reset-before"])
def test_what_passes_is_tried_again(connected, emulator, person, fault):
    emulator.fault(fault)
    outbound = deliver(services.send_text(person.user_id, content="再来"), times=2)
    assert outbound.status == "done"
    assert person.texts() == ["再来"]


def test_nobody_listening_is_no_attempt_at_ambiguity(connected, person):
    Application.objects.update(api_base_url="http://127.0.0.1:9")
    outbound = deliver(services.send_text(person.user_id, content="断网"))
    assert (outbound.status, outbound.reason, outbound.was_ambiguous) == ("queued", "busy", False)


@pytest.mark.parametrize("fault", ["token-invalid", "token-expired"])
def test_a_token_that_the_platform_refuses_is_fetched_again_once(connected, emulator, person, fault):
    deliver(services.send_text(person.user_id, content="热身"))
    before = emulator.calls("gettoken")
    emulator.fault(fault)
    outbound = deliver(services.send_text(person.user_id, content="还在"))
    assert outbound.status == "done"
    assert emulator.calls("gettoken") == before + 1
    assert person.texts() == ["热身", "还在"]


@pytest.mark.databases
def test_a_wrong_setting_holds_the_application_and_says_what_to_do(connected, emulator, person):
    emulator.fault("untrusted-ip")
    outbound = deliver(services.send_text(person.user_id, content="等等"))
    connected.refresh_from_db()
    assert (outbound.status, outbound.reason, outbound.attempts) == ("queued", "held", 0)
    assert "127.0.0.1" in connected.held_reason
    other = deliver(services.send_text("somebody", content="也等等"))
    assert (other.reason, other.attempts) == ("held", 0)
    services.save_application(connected)
    assert deliver(outbound).status == "done"
    assert person.texts() == ["等等"]


@pytest.mark.databases
def test_what_goes_through_after_a_hold_ends_it(connected, emulator, person):
    emulator.fault("untrusted-ip")
    outbound = deliver(services.send_text(person.user_id, content="等等"))
    Application.objects.update(held_until=timezone.now())
    assert deliver(outbound, later=timedelta(minutes=5)).status == "done"
    connected.refresh_from_db()
    assert (connected.held_reason, connected.held_until) == ("", None)


def test_a_person_out_of_range_is_no_reason_to_try_again(connected, emulator, person):
    emulator.api("PATCH", f"members/{person.user_id}", json={"visible": False})
    outbound = deliver(services.send_text(person.user_id, content="看不见"))
    assert (outbound.status, outbound.reason, outbound.invalid) == ("failed", "recipient", [person.user_id])


def test_of_several_recipients_those_who_cannot_be_reached_are_named(connected, person):
    outbound = services.enqueue_message(connected, Text(content="大家好"), to=[person.user_id, "nobody"])
    outbound = deliver(outbound)
    assert (outbound.status, outbound.invalid) == ("done", ["nobody"])


@pytest.mark.parametrize("name", ["@all", "a|b", "", " ", "x" * 65])
def test_a_recipient_is_one_member(connected, name):
    with pytest.raises(ContentError):
        services.send_text(name, content="你好")
    assert not Outbound.objects.exists()


def test_a_member_who_is_named_twice_gets_it_once(connected, person):
    outbound = services.enqueue_message(connected, Text(content="一次"), to=[person.user_id, person.user_id.upper()])
    assert outbound.recipients == [person.user_id]
    assert outbound.order_key


@pytest.mark.databases
def test_a_message_that_is_too_late_is_not_sent(connected, person):
    outbound = services.enqueue_message(
        connected, Text(content="早上好"), to=[person.user_id], expires_at=timezone.now() + timedelta(minutes=5)
    )
    outbound = deliver(outbound, later=timedelta(hours=1))
    assert (outbound.status, outbound.reason) == ("cancelled", "expired")
    assert person.texts() == []


@pytest.mark.databases
def test_more_than_thirty_a_minute_wait_and_none_is_dropped(connected, emulator, person):
    for number in range(33):
        services.send_text(person.user_id, content=f"消息{number}")
    rows = list(Outbound.objects.order_by("pk"))
    for outbound in rows:
        deliver(outbound)
    assert len(person.texts()) == 30
    waiting = rows[30]
    waiting.refresh_from_db()
    assert (waiting.status, waiting.reason, waiting.attempts) == ("queued", "quota", 0)
    emulator.api("POST", "clock", json={"advance": 61})
    for outbound in rows[30:]:
        deliver(outbound, later=timedelta(seconds=61))
    assert person.texts() == [f"消息{number}" for number in range(33)]


def test_inside_a_handler_the_same_send_is_made_once(connected, person):
    callback = factories.make_callback(connected, from_user_id=person.user_id)
    for _ in range(2):
        with handling(callback):
            services.send_text(person.user_id, content="一")
            services.send_text(person.user_id, content="二")
    assert Outbound.objects.count() == 2
    assert set(Outbound.objects.values_list("cid", flat=True)) == {callback.cid}


def test_what_became_of_a_message_is_told_for_each_recipient(connected, emulator, person):
    emulator.api("PATCH", f"members/{person.user_id}", json={"visible": False})
    other = emulator.hire()
    outbound = services.enqueue_message(connected, Text(content="大家好"), to=[person.user_id, "nobody", other.user_id])
    assert set(outbound.results().values()) == {"waiting"}
    results = deliver(outbound).results()
    assert results == {person.user_id: "unreached", "nobody": "unreached", other.user_id: "sent"}


def test_who_has_no_licence_is_named_and_alone_ends_as_failed(connected, emulator, person):
    emulator.api("PATCH", f"members/{person.user_id}", json={"licensed": False})
    other = emulator.hire()
    both = deliver(services.enqueue_message(connected, Text(content="大家好"), to=[person.user_id, other.user_id]))
    assert (both.status, both.results()) == ("done", {person.user_id: "unlicensed", other.user_id: "sent"})
    alone = deliver(services.enqueue_message(connected, Text(content="你好"), to=[person.user_id]))
    assert (alone.status, alone.reason) == ("failed", "recipient")
    assert alone.results() == {person.user_id: "unlicensed"}
