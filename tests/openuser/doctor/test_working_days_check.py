"""What the doctor says of years without a table of working days."""

from datetime import datetime

import pytest
from django.utils import timezone

from openuser.doctor.working_days_check import WorkingDays
from scheduling.models import Campaign
from tests.openuser.doctor.test_all_checks import found
from tests.scheduling.support.campaigns import launch
from tests.support.factories import make_application

pytestmark = pytest.mark.django_db


def test_without_campaigns_on_working_days_no_year_is_needed():
    assert found("working_days")["level"] == "good"


def test_the_doctor_names_years_without_working_days():
    make_application(is_default=True)
    launch(days="working", repeats="cron", cron="0 9 * * *")
    check = WorkingDays(now=datetime(2089, 11, 15, tzinfo=timezone.get_default_timezone()))
    finding = check.run()
    assert (finding.level, finding.code) == ("warn", "working_days")
    assert ("2089 (" in finding.words, "2090 (" in finding.words) == (True, True)
    Campaign.objects.update(days="every")
    assert check.run().level == "good"
