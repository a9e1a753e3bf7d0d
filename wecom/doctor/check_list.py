"""The checks of an installation and of a connected application, in order: a new one is a class and an entry here."""

from core.diagnosis import Check
from wecom.doctor.access_checks import Outage, StoredKeys, Token, TrustedIp, VisibleRange
from wecom.doctor.base import ApplicationCheck
from wecom.doctor.callback_checks import Acceptor, CallbackDoor, CallbackKeys, CallbacksCome, KeysProven, PublicUrl
from wecom.doctor.installation_checks import Connected, KeyShapes, MaySend, Spooled
from wecom.models import Application

# In the order in which they build upon one another.
INSTALLATION: tuple[type[Check], ...] = (KeyShapes,)
CHECKS: tuple[type[ApplicationCheck], ...] = (
    StoredKeys,
    PublicUrl,
    Token,
    TrustedIp,
    VisibleRange,
    Outage,
    CallbacksCome,
    KeysProven,
)
CONNECTION: tuple[type[ApplicationCheck], ...] = (StoredKeys, Token, TrustedIp, VisibleRange)


def doctor_checks(application: Application | None = None, *, connection_only: bool = False) -> list[Check]:
    """The doctor's checks of the installation, or of one application, each after those that it depends on.

    `connection_only` leaves out the checks that call our own address; the others make three calls at most.
    """
    if application is None:
        return [
            KeyShapes(),
            CallbackDoor(),
            Acceptor(),
            CallbackKeys(),
            Spooled(),
            MaySend(),
            Connected(),
        ]
    kinds = CONNECTION if connection_only else CHECKS
    return [kind(application) for kind in kinds]


def doctor_checks_without_application() -> list[Check]:
    """The checks of an application, to be named where no application can be listed."""
    return [kind(None) for kind in CHECKS]
