"""A company of its own at the emulator, and syncs of it."""

import itertools
import os
from typing import Any

from tests.support.emulator import Emulator
from tests.support.factories import make_application, make_corporation
from wecom import services
from wecom.directory import sync as syncing
from wecom.models import Application, ApplicationMember, Corporation, DirectorySync, Member

NUMBERS = itertools.count(1)


class Company:
    """A company of its own at the emulator, as its administrator has it."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.corp_id = f"wwdirectory{os.getpid()}x{next(NUMBERS)}"
        self.app(1000002)

    def api(self, method: str, path: str, **fields: Any) -> Any:
        return self.emulator.api(method, path, json={"corpid": self.corp_id, **fields})

    def app(self, agent_id: int, **fields: Any) -> Any:
        return self.api("POST", "apps", agentid=agent_id, secret=f"{self.corp_id}-{agent_id}", **fields)

    def department(self, number: int, name: str, parent: int = 1, **fields: Any) -> None:
        self.api("POST", "departments", id=number, name=name, parentid=parent, **fields)

    def member(self, user_id: str, *departments: int, **fields: Any) -> None:
        self.api("POST", "hire", userid=user_id, departments=list(departments), **{"name": user_id, **fields})

    def connect(self, agent_id: int = 1000002, **fields: Any) -> Application:
        corporation = Corporation.objects.filter(corp_id=self.corp_id).first()
        return make_application(
            corporation=corporation or make_corporation(corp_id=self.corp_id),
            agent_id=agent_id,
            secret=f"{self.corp_id}-{agent_id}",
            api_base_url=self.emulator.url,
            **fields,
        )

    def fault(self, path: str, errcode: int, **fields: Any) -> None:
        self.emulator.api("POST", "faults", json={"path": path, "errcode": errcode, "times": 1, **fields})


def sync(application: Application) -> DirectorySync:
    """One sync of everything, to its end."""
    row = services.sync_directory(application)
    syncing.run_sync(row.pk)
    row.refresh_from_db()
    return row


def members(application: Application) -> dict[str, Member]:
    return {row.user_id: row for row in Member.objects.filter(corporation=application.corporation)}


def within(application: Application) -> set[str]:
    rows = ApplicationMember.objects.filter(application=application, in_range=True)
    return set(rows.values_list("member__user_id", flat=True))
