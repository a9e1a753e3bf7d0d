"""The characters that the studio draws."""

from avatars.exceptions import PortraitError
from avatars.portraits import shipped


def png(name: str) -> bytes:
    """The picture of a character: a head, or half a body. Raises `PortraitError` for an unknown name."""
    if name not in shipped.NAMES:
        known = ", ".join(shipped.NAMES)
        raise PortraitError("There is no such character.", code="character_unknown", remedy=f"We have {known}.")
    return shipped.png(name)
