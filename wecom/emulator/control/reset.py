"""Control API: reset of everything but the directory, of parts, or of one member's messages."""

from collections.abc import Callable

from wecom.emulator import clock, live_updates, platform_quirks
from wecom.emulator.control.json_views import ControlError, ControlRequest, Result
from wecom.emulator.gateway import rate_limits
from wecom.emulator.models import Accepted, AccessToken, Call, Callback, Entry, Fault, Message, WrongSecret


def reset(request: ControlRequest) -> Result:
    """Delete the kinds that `what` lists (by default all), or the messages and callbacks of one `member`."""
    if "member" in request.data:
        member = request.member()
        Entry.objects.filter(member=member).delete()
        Callback.objects.filter(app__corp=member.corp, userid=member.userid).delete()
        done = [f"member {member.userid}"]
    else:
        names = request.data.get("what", list(RESETS))
        if not isinstance(names, list) or not set(names) <= set(RESETS):
            raise ControlError(f"what must be a list of {', '.join(RESETS)}")
        done = sorted(set(names))
        for name in done:
            RESETS[name]()
    live_updates.refresh()
    return {"reset": done}


def _delete_messages() -> None:
    Message.objects.all().delete()
    Accepted.objects.all().delete()


RESETS: dict[str, Callable[[], object]] = {
    "messages": _delete_messages,
    "callbacks": lambda: Callback.objects.all().delete(),
    "calls": lambda: Call.objects.all().delete(),
    "faults": lambda: Fault.objects.all().delete(),
    "tokens": lambda: (AccessToken.objects.all().delete(), WrongSecret.objects.all().delete()),
    "clock": lambda: clock.set_offset(0),
    "limits": rate_limits.reset,
    "rules": platform_quirks.reset_rules,
}
