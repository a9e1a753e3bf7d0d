"""Incidents over REST: what is wrong, since when, what to do, who was told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from openuser.models import Alert
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def api():
    return factories.make_api("incidents:read")


def ids(answer) -> list[int]:
    return [row["id"] for row in answer.json()["results"]]


def test_an_incident_says_what_is_wrong_and_who_was_told(api):
    incident = factories.make_incident(details={"host": "a", "folder": "/var", "free": 7})
    factories.make_alert(incident=incident, status=Alert.Status.FAILED, reason=Alert.Reason.REFUSED)
    found = api.get(f"/api/v1/incidents/{incident.pk}/", headers={"accept-language": "en"}).json()
    assert (found["kind"], found["resolved_at"]) == ("disk", None)
    assert found["words"] == "On a only 7 MB are free in /var. Videos wait."
    assert found["remedy"].startswith("Free some space")
    (alert,) = found["alerts"]
    assert (alert["news"], alert["channel"], alert["status"], alert["reason"]) == (
        "opened",
        "group",
        "failed",
        "refused",
    )


def test_open_ones_are_found_by_kind_and_time(api):
    now = timezone.now()
    over = factories.make_incident(resolved_at=now)
    old = factories.make_incident(opened_at=now - timedelta(days=2))
    login = factories.make_incident(kind="logins", subject="", details={"count": 20})
    assert ids(api.get("/api/v1/incidents/?open=true")) == [login.pk, old.pk]
    assert ids(api.get("/api/v1/incidents/?open=false")) == [over.pk]
    assert ids(api.get("/api/v1/incidents/?kind=logins")) == [login.pk]
    assert ids(api.get("/api/v1/incidents/", {"opened_before": (now - timedelta(days=1)).isoformat()})) == [old.pk]


def test_nobody_else_reads_them():
    assert factories.make_api("webhooks:read").get("/api/v1/incidents/").status_code == 403
