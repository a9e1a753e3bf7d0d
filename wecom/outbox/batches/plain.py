"""Which messages may go out together: those about which nothing is unusual. All others are delivered alone."""

from datetime import datetime

from django.db.models import Q, QuerySet

from wecom.models import Guard, Outbound
from wecom.outbox.standings import Company, Standing

# To one member, in words only, and never tried. An order key names the member, of whom a batch has one message, the
# next in turn: so nobody's messages overtake each other.
PLAIN = {"reach": 1, "broadcast": "", "upload_id": None, "body": None, "was_ambiguous": False, "gave_way": False}


def company(outbound: Outbound) -> Company:
    """Makes the query of those that are due besides a claimed message: bulk with bulk only."""
    return bulk_due if outbound.is_bulk else replies_due


def bulk_due(application: int, now: datetime) -> QuerySet[Outbound]:
    return due(application, now).filter(priority__lt=0)


def replies_due(application: int, now: datetime) -> QuerySet[Outbound]:
    return due(application, now).filter(priority__gte=0)


def due(application: int, now: datetime) -> QuerySet[Outbound]:
    """The plain messages of an application that may be claimed."""
    return Outbound.work_rows().claimable(now).filter(conditions(now), application=application)


def conditions(now: datetime) -> Q:
    """The checks of a plain message before it is claimed."""
    lasts = Q(expires_at=None) | Q(expires_at__gt=now)
    waits = Q(status=Outbound.Status.QUEUED, attempts=0)
    return Q(**PLAIN) & lasts & waits & ~Q(order_key="") & ~Q(msgtype__in=Outbound.NAMING_FILES)


def is_plain(outbound: Outbound, now: datetime) -> bool:
    """Whether a message that was just claimed met these conditions."""
    lasts = outbound.expires_at is None or outbound.expires_at > now
    return is_usual(outbound) and lasts and outbound.attempts == 1


def is_usual(outbound: Outbound) -> bool:
    """Whether a message is plain, as long as it is due and was not tried."""
    fits = all(getattr(outbound, name) == value for name, value in PLAIN.items())
    return fits and outbound.order_key != "" and outbound.msgtype not in Outbound.NAMING_FILES


def is_calm(outbound: Outbound, standing: Standing, guard: Guard | None) -> bool:
    """Whether nothing holds its application: no wrong setting, outage, closed interface or restored database.

    A message that is delivered alone finds out when such a state has ended.
    """
    application = outbound.application
    troubled = application.held_reason or application.failing_since or application.probe_at or standing.is_reopened
    return not troubled and guard is not None and not guard.forgotten
