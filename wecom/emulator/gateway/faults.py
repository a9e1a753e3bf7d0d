"""Which fault hits a call: by name, as a mix of names, or in detail."""

import random
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import F

from wecom.emulator.models import Fault, sql

Kind = Fault.Kind
ANY_ACTIVE = "SELECT EXISTS (SELECT 1 FROM emulator_fault WHERE times IS NULL OR times > 0)"


@dataclass(frozen=True, kw_only=True)
class Preset:
    """The effect of a named fault; `processed` lets the call take effect first."""

    kind: Fault.Kind
    value: float = 0
    processed: bool = False


PRESETS = {
    "busy": Preset(kind=Kind.ERRCODE, value=-1),
    "wrong-secret": Preset(kind=Kind.ERRCODE, value=40001),
    "token-invalid": Preset(kind=Kind.ERRCODE, value=40014),
    "token-expired": Preset(kind=Kind.ERRCODE, value=42001),
    "media-expired": Preset(kind=Kind.ERRCODE, value=40007),
    "rate-limited": Preset(kind=Kind.ERRCODE, value=45009),
    "concurrency-limited": Preset(kind=Kind.ERRCODE, value=45033),
    "untrusted-ip": Preset(kind=Kind.ERRCODE, value=60020),
    "nobody-reachable": Preset(kind=Kind.ERRCODE, value=81013),
    "server-error": Preset(kind=Kind.STATUS, value=500),
    "bad-gateway": Preset(kind=Kind.STATUS, value=502),
    "unavailable": Preset(kind=Kind.STATUS, value=503),
    "gateway-timeout": Preset(kind=Kind.STATUS, value=504),
    "html": Preset(kind=Kind.HTML),
    "empty": Preset(kind=Kind.EMPTY),
    "truncated": Preset(kind=Kind.TRUNCATED, processed=True),
    "slow": Preset(kind=Kind.DELAY, value=10),
    "late": Preset(kind=Kind.DELAY, value=10, processed=True),
    "reset-before": Preset(kind=Kind.RESET),
    "reset-after": Preset(kind=Kind.RESET, processed=True),
    "half-close": Preset(kind=Kind.HALF_CLOSE, value=10, processed=True),
    "drop": Preset(kind=Kind.DROP),
    "partial": Preset(kind=Kind.PARTIAL, processed=True),
    "unlicensed": Preset(kind=Kind.UNLICENSED, processed=True),
}


def any_active() -> bool:
    """Whether any fault can hit; every call asks."""
    return bool(sql.execute(ANY_ACTIVE).fetchone()[0])


def take_fault(path: str, userids: Collection[str]) -> Fault | None:
    """The first fault that hits this call, counted down. `userids` are the members that the call addresses.

    With a seed, the n-th call that matches a fault is always hit or spared alike, in any order with other faults.
    """
    for fault in Fault.objects.filter(path__in=[path, "*"]).exclude(times=0):
        if fault.member and fault.member.lower() not in userids:
            continue
        generator = random.Random(None if fault.seed is None else f"{fault.seed}/{fault.seen}")
        hit = generator.random() < fault.share
        left = {} if fault.times is None or not hit else {"times": F("times") - 1}
        Fault.objects.filter(pk=fault.pk).update(seen=F("seen") + 1, hits=F("hits") + hit, **left)
        if hit:
            return _resolve_mix(fault, generator)
    return None


def _resolve_mix(fault: Fault, generator: random.Random) -> Fault:
    """The fault itself, or one of its mix as an unsaved row."""
    if fault.kind != Kind.MIX:
        return fault
    name = generator.choice(fault.mix)
    preset = PRESETS[name]
    return Fault(name=name, path=fault.path, kind=preset.kind, value=preset.value, processed=preset.processed)


def affected_members(fault: Fault, userids: Collection[str], *, kind: Fault.Kind) -> frozenset[str]:
    """The addressed members who get nothing: every second one, if the fault is of this kind."""
    if fault.kind != kind:
        return frozenset()
    return frozenset(sorted(userids)[::2])
