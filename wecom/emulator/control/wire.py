"""Control API, the wire's side: callbacks, calls, faults, tokens, the clock, reset, and the check of a callback URL."""

from collections.abc import Callable
from dataclasses import asdict

from django.db.models import Count

from wecom.emulator import clock, live, platform_quirks, presenters
from wecom.emulator.callbacks import delivery, enqueue
from wecom.emulator.control import recorder
from wecom.emulator.gateway import faults, rate_limits
from wecom.emulator.gateway.json_views import Control, ControlError, Result
from wecom.emulator.models import Accepted, AccessToken, Call, Callback, Entry, Fault, Message, WrongSecret

NEWEST = 200


def list_callbacks(control: Control) -> Result:
    """The newest callbacks with every delivery, oldest first; `member` narrows it."""
    rows = Callback.objects.filter(app=control.app(), pk__gt=int(control.asked("since"))).select_related("app")
    if control.query.get("member"):
        rows = rows.filter(userid=control.member().userid)
    newest = rows.order_by("-pk")[: int(control.asked("limit", NEWEST))]
    return {"callbacks": [presenters.callback(row) for row in reversed(newest)]}


def replay(control: Control) -> Result:
    """The very same bytes once more, now, `copies` times at once."""
    row = Callback.objects.select_related("app__corp").filter(pk=control.parts["number"]).first()
    if row is None:
        raise ControlError("there is no such callback", 404)
    row.status = Callback.Status.QUEUED
    row.copies, row.delay = int(control.number("copies", 1)), 0.0
    row.save(update_fields=["status", "copies", "delay"])
    delivery.COURIER.post(enqueue.parcel(row))
    return {"callback": presenters.callback(row)}


def record(control: Control) -> Result:
    """The session as a file, from `since` on by the emulator's clock; `words=0` hides what was written."""
    return recorder.record(control.app(), since=control.asked("since"), words=control.query.get("words") != "0")


def list_calls(control: Control) -> Result:
    """The newest API calls, oldest first, and how often each path was called since the last reset."""
    rows = Call.objects.filter(pk__gt=int(control.asked("since")))
    if control.query.get("path"):
        rows = rows.filter(path=control.query["path"])
    newest = rows.order_by("-pk")[: int(control.asked("limit", NEWEST))]
    counts = dict(Call.objects.values_list("path").annotate(Count("pk")).order_by())
    return {"calls": [presenters.call(row) for row in reversed(newest)], "counts": counts}


def list_faults(_: Control) -> Result:
    return {"faults": [presenters.fault(row) for row in Fault.objects.all()], "names": sorted(faults.PRESETS)}


def add_fault(control: Control) -> Result:
    """By name, as a mix of names, or by kind and value, or short: `{"path": …, "errcode": 45009, "times": 1}`."""
    name = control.text("name", "")
    preset = faults.PRESETS.get(name)
    if name and preset is None:
        raise ControlError(f"name must be one of {', '.join(sorted(faults.PRESETS))}")
    mix = _mix(control)
    kind = Fault.Kind.MIX.value if mix else preset.kind.value if preset else _kind(control)
    short = kind in control.data and kind != Fault.Kind.MIX
    value = preset.value if preset else control.number(kind if short else "value", 0)
    for other in ("value", "seconds"):
        value = control.number(other, value)
    times = control.data.get("times", 1 if "share" not in control.data else None)
    processed = control.flag("processed")
    row = Fault.objects.create(
        name=name,
        path=control.text("path", "message/send"),
        kind=kind,
        value=value,
        processed=processed if processed is not None else bool(preset and preset.processed),
        times=None if times is None else int(times),
        share=control.number("share", 1),
        mix=mix,
        seed=None if control.data.get("seed") is None else int(control.number("seed")),
        member=control.text("member", ""),
    )
    return presenters.fault(row)


def _mix(control: Control) -> list[str]:
    names = control.data.get("mix", [])
    if not isinstance(names, list) or not set(names) <= set(faults.PRESETS):
        raise ControlError(f"mix must be a list of {', '.join(sorted(faults.PRESETS))}")
    return names


def _kind(control: Control) -> str:
    for kind in sorted(set(Fault.Kind.values) - {Fault.Kind.MIX}):
        if control.data.get("kind") == kind or (kind in control.data and kind in {"errcode", "status", "delay"}):
            return str(kind)
    raise ControlError(f"give a name, or a kind: {', '.join(Fault.Kind.values)}")


def clear_faults(_: Control) -> Result:
    deleted, _by_model = Fault.objects.all().delete()
    return {"cleared": deleted}


def remove_fault(control: Control) -> Result:
    deleted, _by_model = Fault.objects.filter(pk=control.parts["number"]).delete()
    return {"cleared": deleted}


def revoke_tokens(control: Control) -> Result:
    """The application's tokens become invalid (40014) before their time, or `{"expired": true}` expire (42001)."""
    rows = AccessToken.objects.filter(app=control.app())
    if control.flag("expired"):
        return {"tokens": rows.update(expires_at=0)}
    return {"tokens": rows.delete()[0]}


def show_limits(control: Control) -> Result:
    """How often interfaces may be called, by name."""
    return {"limits": rate_limits.limits(control.app())}


def set_limits(control: Control) -> Result:
    """Other limits for the application's company, until they are reset."""
    named = set(control.data) & set(rate_limits.DEFAULTS)
    if not named:
        raise ControlError(f"name a limit: {', '.join(rate_limits.DEFAULTS)}")
    rate_limits.change(control.app(), {name: int(control.number(name)) for name in named})
    return show_limits(control)


def show_rules(control: Control) -> Result:
    """How the application is treated where the platform's documents leave it open."""
    return {"rules": asdict(platform_quirks.of(control.app().pk))}


def set_rules(control: Control) -> Result:
    """Other rules for the application, by name; null for the usual one."""
    given = {name: value for name, value in control.data.items() if name not in {"agentid", "corpid"}}
    try:
        platform_quirks.change(control.app(), given)
    except ValueError as problem:
        raise ControlError(str(problem)) from problem
    return show_rules(control)


def show_clock(_: Control) -> Result:
    return {"now": clock.now(), "offset": clock.offset()}


def set_clock(control: Control) -> Result:
    """`offset` seconds from real time, or `advance` from where the clock is now. Phones look again."""
    if "advance" in control.data:
        clock.move(clock.offset() + control.number("advance"))
    else:
        clock.move(control.number("offset"))
    live.refresh()
    return show_clock(control)


def reset(control: Control) -> Result:
    """Forget everything but the directory, or only `what` is listed, or only one member's messages."""
    if "member" in control.data:
        member = control.member()
        Entry.objects.filter(member=member).delete()
        Callback.objects.filter(app__corp=member.corp, userid=member.userid).delete()
        done = [f"member {member.userid}"]
    else:
        named = control.data.get("what", list(RESETS))
        if not isinstance(named, list) or not set(named) <= set(RESETS):
            raise ControlError(f"what must be a list of {', '.join(RESETS)}")
        done = sorted(set(named))
        for name in done:
            RESETS[name]()
    live.refresh()
    return {"reset": done}


def _forget_messages() -> None:
    Message.objects.all().delete()
    Accepted.objects.all().delete()


RESETS: dict[str, Callable[[], object]] = {
    "messages": _forget_messages,
    "callbacks": lambda: Callback.objects.all().delete(),
    "calls": lambda: Call.objects.all().delete(),
    "faults": lambda: Fault.objects.all().delete(),
    "tokens": lambda: (AccessToken.objects.all().delete(), WrongSecret.objects.all().delete()),
    "clock": lambda: clock.move(0),
    "limits": rate_limits.forget,
    "rules": platform_quirks.forget,
}
