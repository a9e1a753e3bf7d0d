"""What the doctor says of members who left."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.openuser.doctor.test_all_checks import found
from tests.support.factories import make_application, make_consent, make_member

pytestmark = pytest.mark.django_db


def test_the_doctor_says_whether_leavers_are_erased(settings):
    assert "OPENUSER_ERASE_LEAVERS_DAYS" in found("leavers")["words"]
    settings.RETENTION = {**settings.RETENTION, "LEAVERS_DAYS": 30}
    assert found("leavers")["words"] == "They are erased 30 days after they left."


def test_the_doctor_names_a_leaver_whom_a_consent_keeps(settings):
    settings.RETENTION = {**settings.RETENTION, "LEAVERS_DAYS": 30}
    left_at = timezone.now() - timedelta(days=31)
    make_member(make_application(), "wang", name="Wang", status="left", left_at=left_at)
    make_consent(person="Wang", reference="wang")
    finding = found("leavers")
    assert (finding["level"], finding["code"]) == ("warn", "leavers_kept")
    assert "not erased: wang." in finding["words"]
    assert "Withdraw consent" in finding["remedy"]
