"""The webhook, called with wechatpy's encryption."""

import threading
import time

import pytest
from django.db import connections
from django.test import Client

from tests.support import factories
from tests.wecom.support.callback_sender import PATH, Envelope, event_xml, text_xml
from wecom.models import Callback

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def application():
    return factories.make_application(is_default=True)


def test_saving_the_callback_url_gets_the_echo_byte_for_byte(client, application):
    envelope = Envelope(application, "1616140317555161061")
    for path in (PATH, PATH + "/", f"{PATH}/{application.webhook_key}"):
        query = {"msg_signature": envelope.signature, "timestamp": envelope.timestamp, "nonce": envelope.nonce}
        answer = client.get(path, {**query, "echostr": envelope.encrypted})
        assert (answer.status_code, answer.content) == (200, b"1616140317555161061")
        spaced = client.get(path, {**query, "echostr": envelope.encrypted.replace("+", " ")})
        assert spaced.content == b"1616140317555161061"


def test_a_wrong_signature_of_the_url_check_is_refused(client, application):
    envelope = Envelope(application, "123")
    query = {"msg_signature": "0" * 40, "timestamp": envelope.timestamp, "nonce": "1", "echostr": envelope.encrypted}
    answer = client.get(PATH, query)
    assert (answer.status_code, answer.content) == (403, b"")


@pytest.mark.databases
def test_a_message_is_recorded_and_answered_with_an_empty_200(client, application):
    answer = Envelope(application, text_xml(application)).post(client)
    assert (answer.status_code, answer.content) == (200, b"")
    callback = Callback.objects.get()
    assert (callback.kind, callback.from_user_id, callback.status) == ("text", "zhangsan", "queued")
    assert "你好" in callback.body
    assert callback.cid


@pytest.mark.databases
def test_a_repeated_callback_is_recorded_once(client, application):
    xml = text_xml(application, msg_id=7, at=int(time.time()))
    for _ in range(3):
        assert Envelope(application, xml).post(client).status_code == 200
    assert Callback.objects.count() == 1


@pytest.mark.databases
def test_four_copies_at_once_are_one_callback(application):
    envelope = Envelope(application, text_xml(application, msg_id=8))
    start, answers = threading.Barrier(4), []

    def deliver() -> None:
        start.wait()
        try:
            answers.append(envelope.post(Client()).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=deliver) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 4
    assert Callback.objects.count() == 1


@pytest.mark.databases
def test_two_events_of_one_person_in_one_second_are_both_kept(client, application):
    at = int(time.time())
    for event, key in (("click", "A"), ("click", "B"), ("enter_agent", "")):
        assert Envelope(application, event_xml(application, event, key=key, at=at)).post(client).status_code == 200
    assert Callback.objects.count() == 3


def test_an_old_message_is_stored_but_not_acted_on(client, application):
    old = int(time.time()) - 7 * 3600
    assert Envelope(application, text_xml(application, at=old)).post(client).status_code == 200
    callback = Callback.objects.get()
    assert (callback.status, callback.reason) == ("cancelled", "stale")


def test_a_message_with_a_wrong_clock_is_noted_and_handled(client, application):
    assert Envelope(application, text_xml(application), at=int(time.time()) - 3600).post(client).status_code == 200
    callback = Callback.objects.get()
    assert (callback.suspect, callback.status) == (True, "queued")


@pytest.mark.parametrize(
    ("age", "reason"), [(6 * 3600 - 60, ""), (6 * 3600 + 60, "stale"), (40 * 86400, "stale"), (-600, "")]
)
def test_six_hours_by_the_time_inside_part_the_fresh_from_the_stale(client, application, age, reason):
    inside = int(time.time()) - age
    assert Envelope(application, text_xml(application, at=inside)).post(client).status_code == 200
    callback = Callback.objects.get()
    assert (callback.reason, callback.is_finished) == (reason, bool(reason))


@pytest.mark.parametrize(("skew", "suspect"), [(540, False), (-540, False), (660, True), (-660, True)])
def test_ten_minutes_of_difference_outside_make_a_callback_suspect(client, application, skew, suspect):
    assert Envelope(application, text_xml(application), at=int(time.time()) + skew).post(client).status_code == 200
    callback = Callback.objects.get()
    assert (callback.suspect, callback.status) == (suspect, "queued")


def test_a_callback_is_due_when_the_platform_sent_it(client, application):
    inside = int(time.time()) - 400  # this machine is ahead of the platform and of the workers
    assert Envelope(application, text_xml(application, at=inside)).post(client).status_code == 200
    callback = Callback.objects.get()
    assert callback.due_at.timestamp() == inside
    assert callback.due_at < callback.created_at


@pytest.mark.databases
def test_a_repeated_stale_callback_is_not_acted_on(client, application):
    xml = text_xml(application, at=int(time.time()) - 7 * 86400)
    for _ in range(3):
        assert Envelope(application, xml).post(client).status_code == 200
    assert list(Callback.objects.values_list("status", "reason")) == [("cancelled", "stale")]


def refusals(application):
    good = Envelope(application, text_xml(application))
    wrong_token = Envelope(application, text_xml(application), token="somebodyelse")
    wrong_key = Envelope(application, text_xml(application), key="4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIws")
    wrong_corp = Envelope(application, text_xml(application), corp="ww0000000000000000")
    swapped = Envelope(application, text_xml(application), nonce="a1b2c3")
    swapped.timestamp, swapped.nonce = swapped.nonce, swapped.timestamp
    empty = Envelope(application, text_xml(application))
    empty.nonce, empty.timestamp = empty.nonce + empty.timestamp, ""
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>'
    return {
        "a wrong token": (wrong_token, None),
        "a wrong key": (wrong_key, None),
        "another corp": (wrong_corp, None),
        "one byte changed": (good, good.body.replace(good.encrypted[40:44], "AAAA")),
        "a truncated body": (good, good.body[: len(good.body) // 2]),
        "an empty body": (good, ""),
        "a DTD": (good, bomb),
        "JSON": (good, '{"encrypt": "x"}'),
        "swapped timestamp and nonce": (swapped, None),
        "an empty timestamp": (empty, None),
        "no XML inside": (Envelope(application, "this is no XML"), None),
        "no sender inside": (Envelope(application, "<xml><MsgType>text</MsgType></xml>"), None),
    }


@pytest.mark.parametrize("case", range(12))
def test_a_wrong_callback_is_refused_and_not_stored(client, application, case):
    name, (envelope, body) = list(refusals(application).items())[case]
    answer = envelope.post(client, body=body)
    assert (answer.status_code, answer.content) == (403, b""), name
    assert not Callback.objects.exists()


def test_swapped_signature_numbers_are_the_same_message(client, application):
    envelope = Envelope(application, text_xml(application, msg_id=9))
    assert envelope.post(client).status_code == 200
    envelope.timestamp, envelope.nonce = envelope.nonce, envelope.timestamp
    assert envelope.post(client).status_code == 200
    assert Callback.objects.count() == 1


@pytest.mark.parametrize("size", [70_000, 10_000_000])
def test_a_body_that_is_too_large_is_refused(client, application, size):
    answer = Envelope(application, text_xml(application)).post(client, body=b"x" * size)
    assert (answer.status_code, answer.content) == (413, b"")


def test_an_unknown_type_and_an_unknown_event_are_kept(client, application):
    strange = text_xml(application).replace("[text]", "[hologram]")
    assert Envelope(application, strange).post(client).status_code == 200
    assert Envelope(application, event_xml(application, "moon_landing")).post(client).status_code == 200
    assert set(Callback.objects.values_list("kind", "event")) == {("hologram", ""), ("event", "moon_landing")}


def test_without_a_connected_application_everything_is_refused(client):
    assert client.post(PATH, data="<xml/>", content_type="text/xml").status_code == 403
    assert client.get(PATH).status_code == 403


def test_each_application_has_an_address_of_its_own(client, application):
    other = factories.make_application(token="othertoken")
    path = f"{PATH}/{other.webhook_key}"
    assert Envelope(other, text_xml(other)).post(client, path=path).status_code == 200
    assert Envelope(application, text_xml(application)).post(client, path=path).status_code == 403
    assert Callback.objects.get().application == other


@pytest.mark.databases
def test_what_is_stored_is_encrypted_at_rest(client, application, django_db_blocker):
    Envelope(application, text_xml(application, text="geheimnis")).post(client)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM wecom_callback")
        (body,) = cursor.fetchone()
        cursor.execute("SELECT secret, token, encoding_aes_key FROM wecom_application")
        row = cursor.fetchone()
    assert body.startswith("ouf1:")
    assert "geheimnis" not in body
    assert all(value.startswith("ouf1:") for value in row)
