"""The doctor: every check of the installation and of each application, in the order in which they build up.

A new check is one class beside those that it resembles (here, in `wecom/doctor/`, in `avatars/doctor.py`) and one
entry.
"""

from contextlib import suppress

from django.db import DatabaseError

from avatars import services as avatars
from core.diagnosis import Check
from openuser.doctor.configuration import Database, Migrations, Settings, failure
from openuser.doctor.processes import Beat, Broker, RenderWorker, Worker
from openuser.doctor.storage import Storage
from wecom import services as wecom
from wecom.models import Application


def checks() -> list[Check]:
    """All of them. Those of applications are named even where nobody can list the applications."""
    keys, may_send, connected = wecom.doctor_checks()
    ours = [Settings(), keys, Storage(), Database(), Migrations(), Broker(), Worker(), RenderWorker(), Beat()]
    return [*ours, *avatars.doctor_checks(), may_send, connected, *_of_applications()]


def chosen(all_checks: list[Check], names: list[str]) -> list[Check]:
    """Those with these names (`token`) or keys (`token:3`). Raises `LookupError` with a name that there is not."""
    known = {name for check in all_checks for name in (check.id, check.key)}
    for name in names:
        if name not in known:
            raise LookupError(name)
    return [check for check in all_checks if {check.id, check.key} & set(names)]


def _of_applications() -> list[Check]:
    rows: list[Application] = []
    with suppress(DatabaseError):  # not migrated yet
        if failure() is None:
            rows = list(Application.objects.select_related("corporation").filter(enabled=True).order_by("pk"))
    return [check for row in rows for check in wecom.doctor_checks(row)] or wecom.doctor_checks_without_application()
