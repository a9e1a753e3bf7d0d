"""The application of the WECHAT_* settings, on a server."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.support import factories
from wecom import services
from wecom.models import Application, Outbound

pytestmark = pytest.mark.django_db
VALUES = {
    "CORP_ID": "ww1234567890abcdef",
    "AGENT_ID": 1000002,
    "CORP_SECRET": "theirs",
    "TOKEN": "Token",
    "ENCODING_AES_KEY": factories.AES_KEY,
}


@pytest.fixture
def wanted(settings):
    settings.WECOM = {**settings.WECOM, **VALUES}
    return settings.WECOM


def test_migrating_connects_the_application_of_the_settings(wanted):
    call_command("migrate", verbosity=0)
    application = services.current_application()
    assert (application.corporation.corp_id, application.agent_id) == ("ww1234567890abcdef", 1000002)
    assert (application.secret, application.token) == ("theirs", "Token")


def test_a_real_application_takes_over_from_the_demonstration(wanted):
    before = factories.make_application(is_default=True)
    configured = services.configure_from_settings()
    assert services.current_application() == configured
    assert Application.objects.filter(is_default=True).count() == 1
    assert Application.objects.filter(pk=before.pk).exists()


def test_a_changed_value_reaches_the_application_and_what_was_held(wanted, settings):
    application = services.configure_from_settings()
    later = timezone.now() + timedelta(hours=1)
    rows = [factories.make_outbound(application, reason="held", due_at=later) for _ in range(300)]
    rows.append(factories.make_upload(application, reason="held", due_at=later))
    Application.objects.update(held_until=later, held_reason="The secret is wrong.", access_token="old")
    settings.WECOM = {**wanted, "CORP_SECRET": "mended"}
    services.configure_from_settings()
    application.refresh_from_db()
    assert (application.secret, application.held_until, application.access_token) == ("mended", None, "")
    for row in rows:
        row.refresh_from_db()
        assert row.due_at <= timezone.now()


def test_the_same_values_again_end_no_hold(wanted):
    application = services.configure_from_settings()
    Application.objects.update(held_until=timezone.now() + timedelta(hours=1), access_token="kept")
    services.configure_from_settings()
    application.refresh_from_db()
    assert application.held_until
    assert application.access_token == "kept"
    assert not Outbound.objects.exists()


@pytest.mark.parametrize("command", ["migrate", "seed"])
def test_only_up_moves_an_application_to_another_emulator(wanted, settings, command):
    settings.WECOM = {**wanted, "API_BASE_URL": "http://127.0.0.1:9101"}
    application = services.configure_from_settings()
    settings.WECOM = {**wanted, "API_BASE_URL": "http://127.0.0.1:9001", "ADDRESS_IS_KNOWN": False}
    call_command(command, verbosity=0)
    application.refresh_from_db()
    assert application.api_base_url == "http://127.0.0.1:9101"
    settings.WECOM = {**settings.WECOM, "ADDRESS_IS_KNOWN": True}
    services.configure_from_settings()
    application.refresh_from_db()
    assert application.api_base_url == "http://127.0.0.1:9001"


def test_without_settings_nothing_is_made():
    assert services.configure_from_settings() is None
    assert not Application.objects.exists()
