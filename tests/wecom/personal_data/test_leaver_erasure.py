"""Members who left are erased by themselves, after days that the installation chooses."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.support.factories import make_application, make_consent, make_member
from wecom import services
from wecom.models import Application, Member, PrivacyRequest

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
NOW = timezone.now()


@pytest.fixture
def application(settings) -> Application:
    settings.RETENTION = {**settings.RETENTION, "LEAVERS_DAYS": 30}
    return make_application()


def leaver(application: Application, user_id: str, *, days: float, **fields: object) -> Member:
    left_at = NOW - timedelta(days=days)
    return make_member(application, user_id, name=f"{user_id} Wang", status="left", left_at=left_at, **fields)


def names() -> list[str]:
    return sorted(Member.objects.exclude(name="").values_list("user_id", flat=True))


def test_who_left_long_ago_is_erased_with_a_receipt(application: Application):
    leaver(application, "long", days=31)
    leaver(application, "lately", days=29)
    make_member(application, "here", name="Here", status="active")
    assert services.erase_leavers(now=NOW) == 1
    assert names() == ["here", "lately"]
    receipt = PrivacyRequest.objects.get()
    assert (receipt.kind, receipt.requested_by) == ("erase", "OPENUSER_ERASE_LEAVERS_DAYS")
    assert services.erase_leavers(now=NOW + timedelta(days=40)) == 1, "nobody is erased twice"


def test_by_default_nobody_is_erased(application: Application, settings):
    settings.RETENTION = {**settings.RETENTION, "LEAVERS_DAYS": 0}
    leaver(application, "long", days=10_000)
    assert services.erase_leavers(now=NOW) == 0
    assert names() == ["long"]


def test_the_days_begin_when_the_leaving_is_noticed(application: Application):
    member = make_member(application, "wang", name="Wang", status="left")
    services.erase_leavers(now=NOW)
    assert services.erase_leavers(now=NOW + timedelta(days=29)) == 0
    assert services.erase_leavers(now=NOW + timedelta(days=31)) == 1
    member.refresh_from_db()
    assert (member.user_id.startswith("erased-"), member.left_at) == (True, None)


def test_who_comes_back_begins_anew(application: Application):
    member = leaver(application, "wang", days=31)
    Member.objects.update(status="active")
    assert services.erase_leavers(now=NOW) == 0
    member.refresh_from_db()
    assert member.left_at is None


def test_a_consent_in_force_keeps_a_leaver_and_the_log_says_so(application: Application, caplog):
    kept = leaver(application, "starring", days=31)
    leaver(application, "wang", days=31)
    make_consent(person="Wang", reference="starring")
    assert services.erase_leavers(now=NOW) == 1
    assert names() == ["starring"]
    (line,) = [record for record in caplog.records if record.name == "wecom.personal_data.leaver_erasure"]
    assert vars(line)["member"] == kept.pk
    ((member, (reason,)),) = services.kept_leavers(now=NOW)
    assert (member, "Withdraw consent" in reason) == (kept, True)
