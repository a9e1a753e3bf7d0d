"""A campaign in a database that was restored from a backup: everybody gets it once all the same."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from scheduling import services
from scheduling.models import Campaign
from tests.scheduling.support.campaigns import approve, launch, make_campaign, outcomes, work
from tests.support import factories
from wecom import services as wecom
from wecom.models import Outbound

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def file(settings, tmp_path: Path) -> Path:
    settings.WECOM = {**settings.WECOM, "RESTORE_GUARD_FILE": str(tmp_path / "senders.json")}
    return tmp_path / "senders.json"


@pytest.fixture
def company(connected, file):
    factories.make_desk(connected)
    return connected


@pytest.fixture
def make_backup() -> Callable[[], Callable[[], None]]:
    """Makes a backup of the whole database now, and gives what restores it."""

    def make() -> Callable[[], None]:
        kept = sqlite3.connect(":memory:")
        connection.connection.backup(kept)
        return lambda: kept.backup(connection.connection)

    return make


def speak_once(company, staff) -> None:
    """A database that nothing was sent from yet has nothing to be behind of."""
    work_off(wecom.send_text(staff[0].user_id, content="早"))


def work_off(*outbounds: Outbound) -> None:
    assert outbounds
    work()


def confirm() -> None:
    """The workers notice the restore, and a person lets them go on."""
    work_off(wecom.send_text("nobody", content="?"))
    assert wecom.restore_hold() is not None
    wecom.release_restore_hold(discard=False)
    Outbound.objects.filter(status="queued").update(due_at=timezone.now())
    work()


@pytest.mark.parametrize("words", ["三点开会", "{{name}}，三点开会"])
def test_a_backup_from_before_the_start_doubles_nothing(company, staff, make_backup, words):
    speak_once(company, staff)
    campaign = approve(make_campaign(words))
    now = timezone.now()
    restore = make_backup()
    services.start_campaign(campaign, now=now)
    work()
    before = [one.texts() for one in staff]
    restore()
    campaign = Campaign.objects.get()
    assert campaign.state == "approved"
    services.start_campaign(campaign, now=now)
    work()
    confirm()
    assert [one.texts() for one in staff] == before
    assert outcomes(campaign) == {"sent": 3}


def test_a_backup_from_the_middle_goes_on_with_the_others(company, staff, make_backup, monkeypatch):
    monkeypatch.setattr("scheduling.content_kinds.content_kind.MOST", 1)
    speak_once(company, staff)
    campaign = launch("三点开会")
    services.start_run(campaign.runs.get().pk)
    restore = make_backup()
    batches = list(campaign.runs.get().batches.order_by("number").values_list("pk", flat=True))
    services.send_batch(batches[0], now=timezone.now())
    work_off(Outbound.objects.latest("pk"))
    restore()
    work()
    confirm()
    assert [one.texts().count("三点开会") for one in staff] == [1, 1, 1]
    assert outcomes(campaign) == {"sent": 3}
