"""Applications are kept for seconds, and a change of their keys counts all the same."""

import pytest

from tests.support import factories
from tests.support.emulator import wait_for
from tests.wecom.support.callback_sender import PATH, Envelope, text_xml
from wecom.models import Application, Callback

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]
NEW_TOKEN = "rotatedtoken"


@pytest.fixture
def application(client):
    """An application that is kept: a callback has come."""
    application = factories.make_application(is_default=True)
    assert Envelope(application, text_xml(application)).post(client).status_code == 200
    return application


def change_elsewhere(application: Application, **fields: object) -> None:
    """As another process does: this one gets no signal."""
    Application.objects.filter(pk=application.pk).update(**fields)


def test_a_callback_is_one_statement(client, application, django_assert_num_queries):
    envelope = Envelope(application, text_xml(application, msg_id=2))
    with django_assert_num_queries(1):
        assert envelope.post(client).status_code == 200
    assert Callback.objects.count() == 2


def test_a_token_rotated_in_another_process_is_honoured_at_once(client, application):
    change_elsewhere(application, token=NEW_TOKEN)
    for path in (PATH, f"{PATH}/{application.webhook_key}"):
        envelope = Envelope(application, text_xml(application, msg_id=2), token=NEW_TOKEN)
        assert envelope.post(client, path=path).status_code == 200
    assert Envelope(application, text_xml(application)).post(client).status_code == 403


def test_the_old_token_ends_at_once_in_the_process_that_saved(client, application):
    old = Envelope(application, text_xml(application))
    application.token = NEW_TOKEN
    application.save()
    assert old.post(client).status_code == 403


def test_an_application_switched_off_elsewhere_is_refused_within_seconds(client, application):
    change_elsewhere(application, enabled=False)
    envelope = Envelope(application, text_xml(application))
    wait_for(lambda: envelope.post(client).status_code == 403, "the cache to end")


def test_switching_off_counts_at_once_here_and_so_does_switching_on(client, application):
    envelope = Envelope(application, text_xml(application))
    for enabled, status in ((False, 403), (True, 200)):
        application.enabled = enabled
        application.save()
        assert envelope.post(client).status_code == status


def test_callbacks_of_an_application_that_is_gone_are_refused(client, application):
    Callback.objects.all().delete()
    rows = Application.objects.filter(pk=application.pk)
    rows._raw_delete(rows.db)  # as another process does: without a signal
    assert Envelope(application, text_xml(application, msg_id=2)).post(client).status_code == 403
    assert not Callback.objects.exists()
