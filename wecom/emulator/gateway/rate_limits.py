"""How often each interface may be called, by a company and from an address; beyond it 45009 until the window is over.

Source: https://developer.work.weixin.qq.com/document/path/90312. Sending messages has quotas of its own and does not
count. All of it is in memory, on the server's own thread: a restart begins anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from wecom.emulator import clock
from wecom.emulator.gateway.error_codes import ApiError
from wecom.emulator.models import App

FREE = frozenset({"message/send", "appchat/send"})
KEPT = 10_000  # counters, before those that are over are thrown away

# Seconds and how many, by the names that the control API has for them.
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
OF_COMPANY, OF_ADDRESS = ("calls_per_minute", "calls_per_hour"), ("address_per_minute", "address_per_hour")
OF_CHATS = ("chat_people_per_minute", "chat_people_per_hour")


@dataclass(kw_only=True)
class Counter:
    """What a window has seen; full, it is closed for as long as it is wide."""

    until: float
    count: int = 0
    closed: bool = False


_counters: dict[tuple[str, object, str], Counter] = {}
_changed: dict[tuple[int, str], int] = {}


def check(path: str, app: App | None, address: str) -> None:
    """Count a call. Raises `ApiError` 45009."""
    if path in FREE:
        return
    for name in OF_ADDRESS:
        _spend(name, address, path, most=DEFAULTS[name][1])
    if app is not None:
        for name in OF_COMPANY:
            _spend(name, app.corp_id, path, most=_most(app.corp_id, name))


def spend(app: App, *names: str, people: int = 1, of: object = None) -> None:
    """Count something that has a limit of its own: of the company, or `of` something in it. Raises `ApiError` 45009."""
    for name in names:
        _spend(name, app.corp_id if of is None else of, "", most=_most(app.corp_id, name), weight=people)


def limits(app: App) -> dict[str, int]:
    """The limits of an application's company, by name."""
    return {name: _most(app.corp_id, name) for name in DEFAULTS}


def change(app: App, values: Mapping[str, int]) -> None:
    """Other limits for a company, so that one need not call ten thousand times to meet them."""
    _changed.update({(app.corp_id, name): value for name, value in values.items()})


def forget() -> None:
    """Count from nothing again, with the platform's limits."""
    _counters.clear()
    _changed.clear()


def _most(corp: int, name: str) -> int:
    return _changed.get((corp, name), DEFAULTS[name][1])


def _spend(name: str, who: object, path: str, *, most: int, weight: int = 1) -> None:
    now, seconds = clock.now(), DEFAULTS[name][0]
    if len(_counters) > KEPT:
        for key in [key for key, counter in _counters.items() if counter.until <= now]:
            del _counters[key]
    counter = _counters.get((name, who, path))
    if counter is None or not now < counter.until <= now + seconds:
        counter = _counters[name, who, path] = Counter(until=now + seconds)
    counter.count += weight
    if counter.count > most and not counter.closed:
        counter.closed, counter.until = True, now + seconds
    if counter.closed:
        raise ApiError(45009)
