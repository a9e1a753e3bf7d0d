"""Control API: buttons that members press, on cards and in the application's menu."""

from typing import Any

from wecom.emulator import presenters
from wecom.emulator.actors import card_buttons, menu_buttons
from wecom.emulator.actors.exceptions import ButtonError
from wecom.emulator.actors.menu_buttons import ButtonInput, Location
from wecom.emulator.control.callbacks import callback_faults
from wecom.emulator.control.json_views import ControlError, ControlRequest, Result
from wecom.emulator.messages import cards
from wecom.emulator.models import Entry


def press_card_button(request: ControlRequest) -> Result:
    """Press a button of a card or an action of its menu: of the card `entry`, or of the newest one with this `key`.

    `selected` is {question_key: [option id, …]}.
    """
    rows = Entry.objects.filter(app=request.app(), member=request.member(), received=True)
    rows = rows.filter(message__msgtype="template_card").select_related("message", "member", "app__corp")
    key = request.text("key")
    if "entry" in request.data:
        entry = rows.filter(pk=int(request.number("entry"))).first()
    else:
        entry = next((row for row in rows.order_by("-pk") if _has_key(card_buttons.shown_card(row), key)), None)
    if entry is None:
        raise ControlError("there is no such card", 404)
    selected, faults = _selected(request), callback_faults(request)
    try:
        callback = card_buttons.press_card_button(entry, key, selected=selected, faults=faults)
    except ButtonError as error:
        raise ControlError(error.message, 409) from error
    return {"callback": presenters.callback(callback)}


def _has_key(card: dict[str, Any], key: str) -> bool:
    return cards.find_button(card, key) is not None or cards.has_menu_key(card, key)


def _selected(request: ControlRequest) -> card_buttons.Selected:
    selected = request.data.get("selected", {})
    if not isinstance(selected, dict) or not all(isinstance(options, list) for options in selected.values()):
        raise ControlError("selected must be an object with a list of option IDs for each question key")
    return {str(key): [str(option) for option in options] for key, options in selected.items()}


def press_menu_button(request: ControlRequest) -> Result:
    """Press the menu's button with this `key` (or address, or page).

    A button that scans needs `code`; one that sends pictures, files; one that sends a location, `latitude` and
    `longitude`.
    """
    app, member = request.app(), request.member()
    try:
        button = menu_buttons.find_menu_button(app, request.text("key"))
        result = menu_buttons.press_menu_button(app, member, button, _button_input(request), base_url=request.base_url)
    except ButtonError as error:
        raise ControlError(error.message, 409) from error
    return {
        "callbacks": [presenters.callback(row) for row in result.callbacks],
        "entries": [presenters.entry(row) for row in result.entries],
    }


def _button_input(request: ControlRequest) -> ButtonInput:
    location = None
    if "latitude" in request.data:
        location = Location(
            latitude=request.number("latitude"),
            longitude=request.number("longitude"),
            label=request.text("label", ""),
            name=request.text("name", ""),
        )
    return ButtonInput(
        code=request.text("code", ""),
        code_type=request.text("code_type", "qrcode"),
        pictures=request.uploads,
        location=location,
    )
