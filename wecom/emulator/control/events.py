"""Control API: fire any event, and a message of any type, with fields of one's own."""

import re
from typing import Any

from wecom.emulator import presenters
from wecom.emulator.actors import members
from wecom.emulator.callbacks import enqueue, events
from wecom.emulator.callbacks.enqueue import Twist
from wecom.emulator.callbacks.envelope import Field
from wecom.emulator.gateway.json_views import Control, ControlError, Result
from wecom.emulator.models import Member

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,31}")


def event(control: Control) -> Result:
    """An event of a member, or of the platform itself ("sys") where no `member` is named and none is needed.

    `fields` change what a documented event carries, and are all that another one carries.
    """
    name = control.text("event", "enter_agent")
    given = fields(control)
    values = events.known(name)
    if values is None and not (given and NAME.fullmatch(name)):
        names = ", ".join([*events.OF_MEMBERS, *events.OF_SYSTEM])
        raise ControlError(f"event must be one of {names}; any other one needs its fields")
    head: dict[str, Any] = {"Event": name}
    if name == "change_contact":
        head["ChangeType"] = change = control.text("change", "create_user")
        if change not in events.CHANGES and not given:
            raise ControlError(f"change must be one of {', '.join(events.CHANGES)}; any other one needs its fields")
        values = events.CHANGES.get(change, {})
    values = events.merged(events.merged(values or {}, _shortcuts(control, name)), given)
    app = control.app()
    of_system = name in events.OF_SYSTEM and not control.data.get("member")
    sender = events.SYSTEM if of_system else _acting(control, name).userid
    written = write({**head, **values})
    return {"callback": presenters.callback(enqueue.create(app, sender, name, written, twist=twist(control)))}


def _acting(control: Control, name: str) -> Member:
    """Whose event it is; whoever does something in the application has opened it."""
    member = control.member()
    if name in events.OF_MEMBERS and name not in {"subscribe", "unsubscribe"}:
        members.awake(member)
    return member


def fields(control: Control) -> dict[str, Any]:
    """The object `fields` of a request."""
    given = control.data.get("fields", {})
    if not isinstance(given, dict) or not all(NAME.fullmatch(tag) for tag in _tags(given)):
        raise ControlError("fields must be an object whose names are names of elements")
    return given


def write(values: dict[str, Any]) -> list[Field]:
    """The fields as a callback carries them."""
    try:
        return events.written(values)
    except ValueError as problem:
        raise ControlError(f"fields: {problem}") from problem


def twist(control: Control) -> Twist:
    """What shall be odd about the callback."""
    tamper = control.text("tamper", "")
    if tamper not in {"", "signature", "key", "corp", "body"}:
        raise ControlError("tamper must be signature, key, corp or body")
    return Twist(
        copies=min(max(int(control.number("copies", 1)), 1), 32),
        delay=control.number("delay", 0),
        skew=int(control.number("skew", 0)),
        age=int(control.number("age", 0)),
        tamper=tamper,
    )


def _shortcuts(control: Control, name: str) -> dict[str, Any]:
    """`key`, and `latitude` and `longitude` of where somebody is, without `fields` around them."""
    if name == "LOCATION":
        named = {"Latitude": "latitude", "Longitude": "longitude"}
        return {tag: control.number(ours) for tag, ours in named.items() if ours in control.data}
    return {"EventKey": control.text("key")} if "key" in control.data else {}


def _tags(given: Any) -> list[str]:
    if isinstance(given, dict):
        return [*map(str, given), *(tag for value in given.values() for tag in _tags(value))]
    return [tag for value in given for tag in _tags(value)] if isinstance(given, list) else []
