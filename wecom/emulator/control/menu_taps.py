"""Control API: the buttons of the application's menu, as a member presses them."""

from wecom.emulator import presenters
from wecom.emulator.actors import menu_taps
from wecom.emulator.actors.menu_taps import Given, NotTapped, Place
from wecom.emulator.gateway.json_views import Control, ControlError, Result


def tap(control: Control) -> Result:
    """Press the menu's button with this `key` (or address, or page). Buttons that scan want `code`, those that send
    pictures files, those that send a place `latitude` and `longitude`."""
    app, member = control.app(), control.member()
    try:
        button = menu_taps.find(app, control.text("key"))
        tapped = menu_taps.tap(app, member, button, _given(control), base_url=control.base_url)
    except NotTapped as problem:
        raise ControlError(problem.words, 409) from problem
    return {
        "callbacks": [presenters.callback(row) for row in tapped.callbacks],
        "entries": [presenters.entry(row) for row in tapped.entries],
    }


def _given(control: Control) -> Given:
    place = None
    if "latitude" in control.data:
        place = Place(
            latitude=control.number("latitude"),
            longitude=control.number("longitude"),
            label=control.text("label", ""),
            name=control.text("name", ""),
        )
    return Given(
        code=control.text("code", ""),
        code_type=control.text("code_type", "qrcode"),
        pictures=control.uploads,
        place=place,
    )
