"""Control API: faults of API calls."""

from wecom.emulator import presenters
from wecom.emulator.control.json_views import ControlError, ControlRequest, Result
from wecom.emulator.gateway.faults import PRESETS
from wecom.emulator.models import Fault

SHORT_KINDS = {"errcode", "status", "delay"}  # `{"errcode": 45009}` is short for kind and value


def list_faults(_: ControlRequest) -> Result:
    """The active faults, and the names of all."""
    return {"faults": [presenters.fault(row) for row in Fault.objects.all()], "names": sorted(PRESETS)}


def add_fault(request: ControlRequest) -> Result:
    """By name, as a mix of names, or by kind and value; in short: `{"path": …, "errcode": 45009, "times": 1}`."""
    name = request.text("name", "")
    preset = PRESETS.get(name)
    if name and preset is None:
        raise ControlError(f"name must be one of {', '.join(sorted(PRESETS))}")
    mix = _mix(request)
    kind = Fault.Kind.MIX.value if mix else preset.kind.value if preset else _kind(request)
    short = kind in request.data and kind != Fault.Kind.MIX
    value = preset.value if preset else request.number(kind if short else "value", 0)
    for field in ("value", "seconds"):
        value = request.number(field, value)
    times = request.data.get("times", 1 if "share" not in request.data else None)
    processed = request.flag("processed")
    row = Fault.objects.create(
        name=name,
        path=request.text("path", "message/send"),
        kind=kind,
        value=value,
        processed=processed if processed is not None else bool(preset and preset.processed),
        times=None if times is None else int(times),
        share=request.number("share", 1),
        mix=mix,
        seed=None if request.data.get("seed") is None else int(request.number("seed")),
        member=request.text("member", ""),
    )
    return presenters.fault(row)


def _mix(request: ControlRequest) -> list[str]:
    names = request.data.get("mix", [])
    if not isinstance(names, list) or not set(names) <= set(PRESETS):
        raise ControlError(f"mix must be a list of {', '.join(sorted(PRESETS))}")
    return names


def _kind(request: ControlRequest) -> str:
    for kind in sorted(set(Fault.Kind.values) - {Fault.Kind.MIX}):
        if request.data.get("kind") == kind or (kind in request.data and kind in SHORT_KINDS):
            return str(kind)
    raise ControlError(f"give a name, or a kind: {', '.join(Fault.Kind.values)}")


def clear_faults(_: ControlRequest) -> Result:
    """Remove all faults."""
    deleted, _by_model = Fault.objects.all().delete()
    return {"cleared": deleted}


def remove_fault(request: ControlRequest) -> Result:
    """Remove one fault."""
    deleted, _by_model = Fault.objects.filter(pk=request.path["number"]).delete()
    return {"cleared": deleted}
