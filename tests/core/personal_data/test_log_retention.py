"""Log-ins, changes by staff and incidents are kept for as long as the law asks for, whatever the settings say."""

from datetime import timedelta

import pytest
from axes.models import AccessFailureLog, AccessLog
from django.contrib.admin.models import LogEntry
from django.core import checks
from django.utils import timezone

from core.models import AccessRecord
from core.personal_data import retention
from openuser.models import Incident
from openuser.retention import delete_expired
from tests.support.model_rows import make_row

LOGS = [
    (AccessLog, "LOGINS_DAYS", "attempt_time"),
    (AccessFailureLog, "LOGINS_DAYS", "attempt_time"),
    (LogEntry, "ADMIN_LOG_DAYS", "action_time"),
    (AccessRecord, "ACCESS_RECORDS_DAYS", "at"),
    (Incident, "INCIDENTS_DAYS", "opened_at"),
]


def test_half_a_year_is_the_least_and_the_default_of_log_ins(settings):
    assert settings.LEAST_LOG_DAYS == 180
    assert settings.RETENTION["LOGINS_DAYS"] == 180
    assert all(settings.RETENTION[kind] >= 180 for kind in retention.LOGS)


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "kind", "age"), LOGS, ids=lambda value: getattr(value, "__name__", None))
@pytest.mark.parametrize(("days", "is_kept"), [(31, True), (179, True), (181, False)])
def test_a_shorter_setting_deletes_nothing_sooner(settings, model, kind, age, days, is_kept):
    settings.RETENTION = settings.RETENTION | {kind: 30}
    row = make_row(model)
    if model is Incident:
        Incident.objects.update(resolved_at=timezone.now())
    model.objects.filter(pk=row.pk).update(**{age: timezone.now() - timedelta(days=days)})
    delete_expired()
    assert model.objects.filter(pk=row.pk).exists() == is_kept


@pytest.mark.parametrize("kind", sorted(retention.LOGS))
@pytest.mark.parametrize(("days", "is_refused"), [(1, True), (179, True), (180, False), (0, False)])
def test_a_check_refuses_less_than_the_law_asks_for(settings, kind, days, is_refused):
    settings.RETENTION = settings.RETENTION | {kind: days}
    found = [one for one in checks.run_checks(tags=["openuser"]) if one.id == "openuser.E013"]
    assert [one.level == checks.ERROR for one in found] == [True] * is_refused
    for one in found:
        assert f"{retention.LOGS[kind]}={days}" in one.msg
        assert "at least 180" in one.hint
