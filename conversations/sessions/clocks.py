"""The local time of a member, from which “tomorrow at 3” counts."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from django.utils import timezone

from conversations.machine.values import Machine, remembered
from core.text.slot_values import SlotType
from core.text.time_zones import find_time_zone
from wecom.models import Member, MemberFact

TIMED = (SlotType.DATE, SlotType.DATETIME)


def local_time(member: Member, machines: Iterable[Machine], now: datetime) -> datetime:
    """`now` in the member's zone, their fact “time_zone”; in ours if they have none, or the flows know no days."""
    return timezone.localtime(now, zone_of(member, machines))


def zone_of(member: Member | None, machines: Iterable[Machine]) -> tzinfo | None:
    """The zone that flows count a member's days in; None for ours."""
    return own_zone(member) if member is not None and any(map(_knows_days, machines)) else None


def own_zone(member: Member) -> tzinfo | None:
    """The member's zone, their fact “time_zone”; None for ours."""
    written = MemberFact.objects.filter(member=member, key="time_zone").values_list("text", flat=True).first()
    zone = find_time_zone(written) if written else None
    return ZoneInfo(zone) if zone else None


@remembered
def _knows_days(machine: Machine) -> bool:
    return bool(machine.formulas) or any(slot.type in TIMED for slot in machine.slots.values())
