"""The applications that callbacks are for, kept for seconds: reading one decrypts its secrets, which costs more than
the callback.

A change in this process counts at once, one in another after `KEPT_FOR` at the latest. A callback that does not fit
the kept keys is tried with the stored ones, so that a new token is honoured at once. Only enabled applications are
kept.
"""

import time
from typing import Any

from django.db.models.signals import post_delete, post_save

from wecom.client import default_application
from wecom.exceptions import NotConfigured
from wecom.models import Application, Corporation

KEPT_FOR = 2.0  # seconds

_kept: dict[str, tuple[float, Application]] = {}


def find(key: str) -> Application:
    """The enabled application with this webhook key, "" for the default one, as it was at most seconds ago.

    Shared by all callbacks: read it, and never change or save it. Raises `NotConfigured` as `read` does.
    """
    return kept(key) or read(key)


def kept(key: str) -> Application | None:
    """The same without asking the database: None if it is not kept, or has been for too long."""
    until, application = _kept.get(key, (0.0, None))
    return application if time.monotonic() < until else None


def last_known(key: str) -> Application | None:
    """The same, however long ago: for the time in which the database is away."""
    return _kept.get(key, (0.0, None))[1]


def remember(key: str, application: Application) -> None:
    """Let `last_known` find an application that was read from elsewhere than the database."""
    _kept.setdefault(key, (0.0, application))


def read(key: str) -> Application:
    """The same, as it is now. Raises `NotConfigured` if there is none, or it is switched off."""
    if key:
        application = Application.objects.select_related("corporation").filter(webhook_key=key).first()
    else:
        application = default_application.default()
    _kept.pop(key, None)  # one that is withdrawn must not be the last known of the next outage
    if application is None:
        raise NotConfigured("There is no such application.", code="unknown_application")
    if not application.enabled:
        raise NotConfigured("The application is switched off.", code="disabled")
    _kept[key] = time.monotonic() + KEPT_FOR, application
    return application


def forget(**_: Any) -> None:
    """Read all applications again; a receiver of the signals that change one."""
    _kept.clear()


for _signal in (post_save, post_delete):
    for _model in (Application, Corporation):
        _signal.connect(forget, sender=_model)
