"""Control API: settings of the running emulator: rate limits, rules and the clock."""

from dataclasses import asdict

from wecom.emulator import clock, live_updates, platform_quirks
from wecom.emulator.control.json_views import ControlError, ControlRequest, Result
from wecom.emulator.gateway import rate_limits


def show_limits(request: ControlRequest) -> Result:
    """The rate limits of the application's company, by name."""
    return {"limits": rate_limits.limits(request.app())}


def set_limits(request: ControlRequest) -> Result:
    """Change rate limits of the application's company, until a reset."""
    names = set(request.data) & set(rate_limits.DEFAULTS)
    if not names:
        raise ControlError(f"name a limit: {', '.join(rate_limits.DEFAULTS)}")
    rate_limits.set_limits(request.app(), {name: int(request.number(name)) for name in names})
    return show_limits(request)


def show_rules(request: ControlRequest) -> Result:
    """The rules of the application, by name."""
    return {"rules": asdict(platform_quirks.rules_of(request.app().pk))}


def set_rules(request: ControlRequest) -> Result:
    """Change rules of the application; null restores the default."""
    values = {name: value for name, value in request.data.items() if name not in {"agentid", "corpid"}}
    try:
        platform_quirks.change_rules(request.app(), values)
    except ValueError as problem:
        raise ControlError(str(problem)) from problem
    return show_rules(request)


def show_clock(_: ControlRequest) -> Result:
    """The emulator's time, and its offset from real time in seconds."""
    return {"now": clock.now(), "offset": clock.offset()}


def set_clock(request: ControlRequest) -> Result:
    """Set `offset` from real time, or `advance` from the emulator's time, in seconds."""
    if "advance" in request.data:
        clock.set_offset(clock.offset() + request.number("advance"))
    else:
        clock.set_offset(request.number("offset"))
    live_updates.refresh()
    return show_clock(request)
