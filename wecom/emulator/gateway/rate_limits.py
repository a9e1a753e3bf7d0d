"""Rate limits of the API per company and per address. Over the limit, calls get 45009 until the window has passed.

Source: https://developer.work.weixin.qq.com/document/path/90312. Calls that send messages have quotas of their own and
are not counted here. Counters are in memory: a restart resets them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from wecom.emulator import clock
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import App

UNLIMITED_PATHS = frozenset({"message/send", "appchat/send"})
MOST_COUNTERS = 10_000  # beyond it, expired ones are removed

# Window in seconds and limit, by their names in the control API.
DEFAULTS: dict[str, tuple[float, int]] = {
    "calls_per_minute": (60.0, 10_000),
    "calls_per_hour": (3600.0, 150_000),
    "address_per_minute": (60.0, 20_000),
    "address_per_hour": (3600.0, 600_000),
    "chat_changes_per_hour": (3600.0, 1000),
    "chat_people_per_minute": (60.0, 20_000),
    "chat_people_per_hour": (3600.0, 300_000),
    "tickets_per_hour": (3600.0, 400),
    "tickets_of_application_per_hour": (3600.0, 100),
    "workbench_per_minute": (60.0, 10),
    "workbench_people_per_minute": (60.0, 100_000),
}
PER_COMPANY, PER_ADDRESS = ("calls_per_minute", "calls_per_hour"), ("address_per_minute", "address_per_hour")
GROUP_CHAT_RECIPIENTS = ("chat_people_per_minute", "chat_people_per_hour")


@dataclass(kw_only=True)
class Counter:
    """Calls in a window. Once over the limit, it stays closed for the length of a window."""

    expires_at: float
    count: int = 0
    closed: bool = False


_counters: dict[tuple[str, object, str], Counter] = {}
_limits: dict[tuple[int, str], int] = {}  # changed ones, by company and name


def count_call(path: str, app: App | None, address: str) -> None:
    """Count a call of a path. Raises `ApiError` 45009."""
    if path in UNLIMITED_PATHS:
        return
    for name in PER_ADDRESS:
        _count(name, address, path, limit=DEFAULTS[name][1])
    if app is not None:
        for name in PER_COMPANY:
            _count(name, app.corp_id, path, limit=_limit(app.corp_id, name))


def count(app: App, *names: str, weight: int = 1, owner: object = None) -> None:
    """Count against limits of single endpoints, per company or per `owner` within it. Raises `ApiError` 45009."""
    for name in names:
        key = app.corp_id if owner is None else owner
        _count(name, key, "", limit=_limit(app.corp_id, name), weight=weight)


def limits(app: App) -> dict[str, int]:
    """The limits of an application's company, by name."""
    return {name: _limit(app.corp_id, name) for name in DEFAULTS}


def set_limits(app: App, values: Mapping[str, int]) -> None:
    """Change limits of an application's company, so that a test reaches them with a few calls."""
    _limits.update({(app.corp_id, name): value for name, value in values.items()})


def reset() -> None:
    """Zero all counters and restore the platform's limits."""
    _counters.clear()
    _limits.clear()


def _limit(corp: int, name: str) -> int:
    return _limits.get((corp, name), DEFAULTS[name][1])


def _count(name: str, owner: object, path: str, *, limit: int, weight: int = 1) -> None:
    now, window = clock.elapsed(), DEFAULTS[name][0]
    if len(_counters) > MOST_COUNTERS:
        for key in [key for key, counter in _counters.items() if counter.expires_at <= now]:
            del _counters[key]
    counter = _counters.get((name, owner, path))
    # A clock that a test set back starts a new window.
    if counter is None or not now < counter.expires_at <= now + window:
        counter = _counters[name, owner, path] = Counter(expires_at=now + window)
    counter.count += weight
    if counter.count > limit and not counter.closed:
        counter.closed, counter.expires_at = True, now + window
    if counter.closed:
        raise ApiError(45009)
