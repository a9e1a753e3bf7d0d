"""All checks of the doctor, in the order in which they depend on each other.

To add a check, write a class beside similar ones (here, in `wecom/doctor/`, in `avatars/doctor.py`) and list it below.
"""

from contextlib import suppress

from django.db import DatabaseError

from avatars import services as avatars
from conversations import services as conversations
from core.diagnosis import Check
from openuser.doctor.backups_check import Backups
from openuser.doctor.configuration_checks import Database, Migrations, Settings, database_failure
from openuser.doctor.leavers_check import Leavers
from openuser.doctor.pooler_check import Pooler
from openuser.doctor.process_checks import Beat, Broker, BulkWorker, LivePages, RenderWorker, Worker
from openuser.doctor.quiet_hours_check import QuietHours
from openuser.doctor.storage_check import Space, Storage
from openuser.doctor.working_days_check import WorkingDays
from wecom import services as wecom
from wecom.models import Application


def all_checks() -> list[Check]:
    """Every check. Without a database, the checks of applications are listed once, as not checked."""
    keys, door, acceptor, kept_keys, spooled, may_send, connected = wecom.doctor_checks()
    machine = [Settings(), keys, Space(), Storage(), door, acceptor, spooled]
    workers = [Worker(), BulkWorker(), RenderWorker()]
    processes = [Database(), Pooler(), Migrations(), Broker(), LivePages(), *workers, Beat()]
    rows = [kept_keys, WorkingDays(), QuietHours(), Leavers(), Backups(), *conversations.doctor_checks()]
    return [*machine, *processes, *avatars.doctor_checks(), *rows, may_send, connected, *_of_applications()]


def select(checks: list[Check], names: list[str]) -> list[Check]:
    """The checks with these IDs (`token`) or keys (`token:3`). Raises `LookupError` with an unknown name."""
    known = {name for check in checks for name in (check.id, check.key)}
    for name in names:
        if name not in known:
            raise LookupError(name)
    return [check for check in checks if {check.id, check.key} & set(names)]


def _of_applications() -> list[Check]:
    rows: list[Application] = []
    with suppress(DatabaseError):  # not migrated yet
        if database_failure() is None:
            rows = list(Application.objects.select_related("corporation").filter(enabled=True).order_by("pk"))
    return [check for row in rows for check in wecom.doctor_checks(row)] or wecom.doctor_checks_without_application()
