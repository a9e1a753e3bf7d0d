"""The checks of a connected application, step by step: a new check is one class and one entry in `CHECKS`."""

from core.diagnosis import Check
from wecom.doctor.access import Outage, StoredKeys, Token, TrustedIp, VisibleRange
from wecom.doctor.base import ApplicationCheck
from wecom.doctor.installation import Connected, KeyShapes, MaySend, Spooled, environment
from wecom.doctor.reception import Acceptor, CallbackDoor, CallbackKeys, CallbacksCome, KeysProven, PublicUrl

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
