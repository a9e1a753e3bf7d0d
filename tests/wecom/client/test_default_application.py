"""Several applications and companies with equal numbers, names and words never mix."""

import re
import secrets
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.support import factories
from tests.support.emulator import AES_KEY, Emulator
from tests.wecom.support.callback_sender import PATH, Envelope, text_xml
from wecom import services
from wecom.client import access_tokens
from wecom.contents import Image
from wecom.media import uploads
from wecom.models import Application, Callback, Circuit, Member, Outbound, Upload
from wecom.outbox import dispatcher

pytestmark = pytest.mark.django_db(transaction=True)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def add_application(emulator: Emulator, *, corporation=None, agent_id: int, user_ids: tuple[str, ...]) -> Application:
    """One that the emulator knows too, with members of these names; in a company of its own where none is given."""
    corporation = corporation or factories.make_corporation()
    secret, token = secrets.token_hex(16), secrets.token_hex(8)
    fields = {"corpid": corporation.corp_id, "agentid": agent_id}
    emulator.api(
        "POST", "apps", json={**fields, "secret": secret, "token": token, "aes_key": AES_KEY, "name": "另一家"}
    )
    for user_id in user_ids:
        emulator.api("POST", "members", json={**fields, "userid": user_id, "name": user_id})
    return factories.make_application(
        corporation=corporation,
        agent_id=agent_id,
        secret=secret,
        token=token,
        encoding_aes_key=AES_KEY,
        api_base_url=emulator.url,
    )


@pytest.fixture
def other(connected, emulator, person) -> Application:
    """An application of another company: with the same agent ID, and a member with the same user ID."""
    return add_application(emulator, agent_id=connected.agent_id, user_ids=(person.user_id,))


def texts(emulator: Emulator, application: Application, user_id: str) -> list[str]:
    """What the person of this company received from this application."""
    query: dict[str, Any] = {"corpid": application.corporation.corp_id, "agentid": application.agent_id}
    entries = emulator.api("GET", "ledger", params={**query, "member": user_id})["entries"]
    return [entry["content"].get("content", entry["msgtype"]) for entry in entries]


def send(application: Application, user_id: str, text: str) -> Outbound:
    outbound = services.send_text(user_id, content=text, application=application)
    dispatcher.deliver(outbound.pk)
    outbound.refresh_from_db()
    return outbound


def test_equal_words_to_two_companies_arrive_in_each(connected, other, emulator, person):
    for application in (connected, other):
        assert send(application, person.user_id, "你好").repeat == 0
    assert texts(emulator, connected, person.user_id) == texts(emulator, other, person.user_id) == ["你好"]
    one, two = (Application.objects.get(pk=row.pk).access_token for row in (connected, other))
    assert one != two


def test_two_applications_of_one_company_have_tokens_and_chats_of_their_own(connected, emulator, person):
    sibling = add_application(emulator, corporation=connected.corporation, agent_id=1000003, user_ids=())
    for application in (connected, sibling):
        send(application, person.user_id, f"我是{application.agent_id}")
    assert texts(emulator, connected, person.user_id) == [f"我是{connected.agent_id}"]
    assert texts(emulator, sibling, person.user_id) == ["我是1000003"]
    assert access_tokens.valid_token(connected) != access_tokens.valid_token(sibling)
    assert emulator.calls("gettoken") == 2


def test_a_wrong_setting_a_limit_and_an_order_stop_only_their_own(connected, other, emulator, person, settings):
    settings.WECOM = {**settings.WECOM, "RETRY_BASE_SECONDS": 1.0}
    emulator.fault("untrusted-ip")
    assert send(connected, person.user_id, "等等").reason == "held"
    assert send(other, person.user_id, "先走").status == "done"
    Application.objects.update(held_until=None)
    emulator.fault("rate-limited")
    assert send(other, person.user_id, "满了").reason == "quota"
    assert Circuit.objects.get().corporation == other.corporation
    dispatcher.deliver(Outbound.objects.order_by("pk")[0].pk, now=timezone.now() + timedelta(minutes=3))
    assert texts(emulator, connected, person.user_id) == ["等等"]


def test_another_companys_user_id_has_its_own_limit(connected, other, emulator, person):
    rows = [send(connected, person.user_id, f"消息{number}") for number in range(31)]
    assert rows[-1].reason == "quota"
    assert send(other, person.user_id, "你好").status == "done"


def test_a_file_belongs_to_the_company_it_was_uploaded_for(connected, other, emulator, tmp_path):
    path = tmp_path / "chart.png"
    path.write_bytes(PNG)
    one, two = (services.upload_image(path, application=row) for row in (connected, other))
    sibling = add_application(emulator, corporation=connected.corporation, agent_id=1000004, user_ids=())
    assert services.upload_image(path, application=sibling) == one != two
    assert emulator.calls("media/upload") == Upload.objects.count() == 2
    assert uploads.find_by_media_id(other, kind="image", media_id=one) is None


def test_a_picture_of_one_company_does_not_reach_another(connected, other, emulator, person, tmp_path):
    path = tmp_path / "chart.png"
    path.write_bytes(PNG)
    media_id = services.upload_image(path, application=connected)
    outbound = services.enqueue_message(other, Image(media_id=media_id), to=[person.user_id])
    dispatcher.deliver(outbound.pk)
    outbound.refresh_from_db()
    assert (outbound.status, outbound.reason) == ("failed", "media")
    assert texts(emulator, other, person.user_id) == []


def test_callbacks_with_the_same_numbers_belong_to_the_address_they_came_to(connected, other, client, person):
    for application in (connected, other):
        xml = text_xml(application, user=person.user_id, msg_id=7, at=1_790_000_000)
        for _ in range(2):
            answer = Envelope(application, xml).post(client, path=f"{PATH}/{application.webhook_key}")
            assert answer.status_code == 200
    rows = Callback.objects.order_by("pk")
    assert [row.application for row in rows] == [connected, other]
    services.get_or_create_member(connected, person.user_id)
    services.get_or_create_member(other, person.user_id)
    assert Member.objects.filter(user_id=person.user_id).count() == 2


def test_a_callback_of_one_company_is_refused_at_the_address_of_another(connected, other, client):
    for sealed_for, sent_to in ((connected, other), (other, connected)):
        path = f"{PATH}/{sent_to.webhook_key}"
        assert Envelope(sealed_for, text_xml(sealed_for)).post(client, path=path).status_code == 403
    # Nor with the keys of the right one, which only say who is allowed to write: the company in it must be ours too.
    twisted = Envelope(other, text_xml(connected), corp=connected.corporation.corp_id)
    assert twisted.post(client, path=f"{PATH}/{other.webhook_key}").status_code == 403
    assert not Callback.objects.exists()


def test_addresses_cannot_be_guessed(client):
    keys = {factories.make_application().webhook_key for _ in range(5)}
    assert len(keys) == 5
    assert all(re.fullmatch(r"[0-9a-f]{32}", key) for key in keys)
    application = Application.objects.first()
    envelope = Envelope(application, text_xml(application))
    for key in (application.pk, application.agent_id, application.corporation.corp_id, "0" * 32):
        assert envelope.post(client, path=f"{PATH}/{key}").status_code == 403
