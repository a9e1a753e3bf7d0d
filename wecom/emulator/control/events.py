"""Control API: send any event to the application, documented or not."""

from typing import Any

from wecom.emulator import presenters
from wecom.emulator.actors import member_acts
from wecom.emulator.callbacks.documented_events import (
    CONTACT_CHANGES,
    MEMBER_EVENTS,
    SYSTEM_EVENTS,
    example_fields,
    merge,
)
from wecom.emulator.callbacks.enqueue import SYSTEM, enqueue_callback
from wecom.emulator.control.callbacks import ELEMENT, callback_faults, custom_fields, to_fields
from wecom.emulator.control.json_views import ControlError, ControlRequest, Result
from wecom.emulator.models import Member


def send_event(request: ControlRequest) -> Result:
    """An event of a member; or of the platform ("sys") if it has such a sender and no `member` is given.

    `fields` change the example fields of a documented event. Any other event has these fields only.
    """
    name = request.text("event", "enter_agent")
    fields = custom_fields(request)
    values = example_fields(name)
    if values is None and not (fields and ELEMENT.fullmatch(name)):
        names = ", ".join([*MEMBER_EVENTS, *SYSTEM_EVENTS])
        raise ControlError(f"event must be one of {names}; any other one needs its fields")
    head: dict[str, Any] = {"Event": name}
    if name == "change_contact":
        head["ChangeType"] = change = request.text("change", "create_user")
        if change not in CONTACT_CHANGES and not fields:
            raise ControlError(f"change must be one of {', '.join(CONTACT_CHANGES)}; any other one needs its fields")
        values = CONTACT_CHANGES.get(change, {})
    values = merge(merge(values or {}, _shortcuts(request, name)), fields)
    app = request.app()
    from_system = name in SYSTEM_EVENTS and not request.data.get("member")
    sender = SYSTEM if from_system else _active_member(request, name).userid
    callback = enqueue_callback(app, sender, name, to_fields({**head, **values}), faults=callback_faults(request))
    return {"callback": presenters.callback(callback)}


def _active_member(request: ControlRequest, name: str) -> Member:
    """The member, who becomes active by using the application."""
    member = request.member()
    if name in MEMBER_EVENTS and name not in {"subscribe", "unsubscribe"}:
        member_acts.activate(member)
    return member


def _shortcuts(request: ControlRequest, name: str) -> dict[str, Any]:
    """`key`, or `latitude` and `longitude` of a LOCATION event, as fields."""
    if name == "LOCATION":
        names = {"Latitude": "latitude", "Longitude": "longitude"}
        return {tag: request.number(field) for tag, field in names.items() if field in request.data}
    return {"EventKey": request.text("key")} if "key" in request.data else {}
