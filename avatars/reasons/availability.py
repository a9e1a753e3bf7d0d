"""The missing part of an engine, and the remedy, in the reader's language."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from avatars.adapters.availability import Availability, State

# %s is the package, file, setting or address.
LACKS: dict[State, Any] = {
    State.READY: "",
    State.SETTING: _("It is not set up: %s is empty."),
    State.PACKAGE: _("The package %s is not installed."),
    State.FILE: _("The file %s is missing."),
    State.DAMAGED: _("The file %s is not whole, or is another one."),
    State.LICENCE: _("Its weights may not be used for every purpose, and no licence is declared."),
    State.SILENT: _("Nothing answers at %s."),
    State.HOST: _("%s is outside of your network, and pictures of people are not sent there."),
}
SUPPLIES: dict[State, Any] = {
    State.READY: "",
    State.SETTING: _("Set %s in the environment, then restart."),
    State.PACKAGE: _("Install it into the environment of OpenUser (folder requirements/), then restart."),
    State.FILE: _("Put the file in that place. OpenUser fetches no weights by itself."),
    State.DAMAGED: _("Get the file once more: a download that broke off, or an error page, is not the model."),
    State.LICENCE: _("Read its licence. If you hold one for your use, set %s=true and restart."),
    State.SILENT: _("Start that server, or correct its address."),
    State.HOST: _(
        "Run the server in your own network. If the people in the pictures agreed, name its host in "
        "OPENUSER_PUBLIC_ENGINE_HOSTS and use https."
    ),
}


def lack(availability: Availability) -> str:
    """The missing part of an engine, in words; "" where it is ready."""
    return _about(LACKS, availability)


def supply(availability: Availability) -> str:
    """The remedy for it."""
    return _about(SUPPLIES, availability)


def _about(texts: dict[State, Any], availability: Availability) -> str:
    text = str(texts[availability.state])
    return text % availability.about if "%s" in text else text
