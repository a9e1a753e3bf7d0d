"""Callbacks in the admin: searched, shown as a tree with the right to, handled again after a confirmation."""

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from openuser.roles import Role
from tests.support import factories
from tests.wecom.support.callback_sender import text_xml
from tests.wecom.support.event_samples import APPROVAL, CHANGES, event_body
from wecom.models import Callback

pytestmark = pytest.mark.django_db

LIST = reverse("admin:wecom_callback_changelist")


def sign_in(role: str = "") -> Client:
    client = Client()
    if not role:
        client.force_login(User.objects.create_superuser("boss"))
        return client
    person = User.objects.create_user(role, is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    client.force_login(person)
    return client


def page(client: Client, callback: Callback) -> str:
    answer = client.get(reverse("admin:wecom_callback_change", args=[callback.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_callback_is_shown_as_a_tree_with_repeated_and_nested_elements():
    shown = page(
        sign_in(), factories.make_callback(kind="event", body=event_body("open_approval_change", APPROVAL).decode())
    )
    assert shown.count("<b>ApprovalNode</b>") == 2
    assert "<b>ItemName</b> <span>李</span>" in shown
    assert "&lt;ApprovalInfo&gt;" in shown  # as it came


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "{% x %}{{ y }}", "&lt;b&gt;", '"><img src=x onerror=1>']
)
def test_what_people_wrote_stays_text(hostile):
    application = factories.make_application()
    shown = page(sign_in(), factories.make_callback(application, body=text_xml(application, text=hostile)))
    assert hostile.startswith("{") or hostile not in shown
    assert escape(hostile) in shown


@pytest.mark.parametrize("body", ["", "this is no XML", "<xml>"])
def test_a_callback_without_its_xml_has_a_page_all_the_same(body):
    assert (body.replace("<", "&lt;").replace(">", "&gt;") or "–") in page(
        sign_in(), factories.make_callback(body=body)
    )


def test_a_callback_whose_key_is_lost_does_not_break_its_list(settings):
    application = factories.make_application(secret="", token="", encoding_aes_key="")
    lost = factories.make_callback(application, body=text_xml(application, text="lost"), from_user_id="lisi")
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    kept = factories.make_callback(application, body=text_xml(application, text="kept"), from_user_id="wangwu")
    client = sign_in()
    assert set(client.get(LIST).context["cl"].result_list) == {lost, kept}
    assert "a key that OPENUSER_FIELD_KEYS lacks" in page(client, lost)
    assert "kept" in page(client, kept)


@pytest.mark.parametrize(
    ("role", "reads"),
    [
        (Role.VIEWER, False),
        (Role.EDITOR, False),
        (Role.OPERATOR, False),
        (Role.READER, True),
        (Role.ADMINISTRATOR, True),
    ],
)
def test_what_it_said_is_for_those_who_may_read_it(role, reads):
    body = event_body("change_contact", CHANGES["create_user"][0]).decode()
    shown = page(sign_in(role), factories.make_callback(kind="event", event="change_contact", body=body))
    assert ("13800000000" in shown) is reads


def test_callbacks_are_found_by_person_number_and_event():
    application = factories.make_application()
    wanted = factories.make_callback(
        application, kind="event", event="scancode_push", from_user_id="lisi", cid="abc123"
    )
    factories.make_callback(application, kind="text", from_user_id="wangwu")
    client = sign_in()
    for words in ("lisi", "abc123", "scancode"):
        found = client.get(LIST, {"q": words}).context["cl"].result_list
        assert [row.pk for row in found] == [wanted.pk]


def test_a_callback_is_handled_once_more_after_asking():
    application = factories.make_application()
    callback = factories.make_callback(application, status="cancelled", reason="limited", body=text_xml(application))
    client = sign_in(Role.OPERATOR)
    address = reverse("admin:wecom_callback_replay_this", args=[callback.pk])
    asked = client.get(address).content.decode()
    assert "once more" in asked
    callback.refresh_from_db()
    assert callback.status == "cancelled"
    assert client.post(address, {"_form_submitted": "True"}).status_code == 200
    callback.refresh_from_db()
    assert (callback.status, callback.reason) == ("queued", "")
    assert sign_in(Role.VIEWER).post(address, {"_form_submitted": "True"}).status_code == 403
