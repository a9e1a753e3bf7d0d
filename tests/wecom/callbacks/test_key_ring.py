"""New callback keys are entered here before the console has them: until then, the old ones count too."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.support import factories
from tests.wecom.support.callback_sender import PATH, Envelope, text_xml
from wecom.models import Application, Callback

pytestmark = pytest.mark.django_db(transaction=True)
NEW_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


@pytest.fixture
def application() -> Application:
    return factories.make_application(is_default=True)


@pytest.fixture
def before(application) -> Envelope:
    """A callback of the time before the keys were changed."""
    return Envelope(application, text_xml(application, msg_id=1))


def change_keys() -> Application:
    application = Application.objects.get()
    application.token, application.encoding_aes_key = "NewToken", NEW_KEY
    application.save()
    return application


def test_callbacks_with_old_and_new_keys_are_recorded(client, before):
    application = change_keys()
    assert before.post(client).status_code == 200
    assert Envelope(application, text_xml(application, msg_id=2)).post(client).status_code == 200
    assert Callback.objects.count() == 2


def test_the_console_tries_the_new_keys_when_it_saves_them(client, application):
    envelope = Envelope(change_keys(), "1616140317555161061")
    query = {"msg_signature": envelope.signature, "timestamp": envelope.timestamp, "nonce": envelope.nonce}
    assert client.get(PATH, {**query, "echostr": envelope.encrypted}).content == b"1616140317555161061"


def test_old_keys_count_for_an_hour(client, before):
    change_keys()
    Application.objects.update(old_keys_until=timezone.now() - timedelta(seconds=1))
    assert before.post(client).status_code == 403


def test_saving_something_else_keeps_no_keys(application):
    application = Application.objects.get()
    application.name = "HR"
    application.save()
    assert Application.objects.get().old_keys_until is None


def test_malformed_old_keys_open_nothing(client, application):
    Application.objects.update(encoding_aes_key="short")
    wrong = Envelope(change_keys(), text_xml(application))
    wrong.signature = "0" * 40
    assert wrong.post(client).status_code == 403
