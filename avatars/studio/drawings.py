"""The characters that the studio draws."""

from avatars.exceptions import PortraitError


def png(name: str) -> bytes:
    """The picture of a character: a head, or half a body. Raises `PortraitError` for an unknown name."""
    from avatars.portraits import samples as characters
    from avatars.portraits.half_body import figures

    if name in figures.NAMES:
        return figures.png(name)
    if name not in characters.NAMES:
        known = ", ".join((*characters.NAMES, *figures.NAMES))
        raise PortraitError("There is no such character.", code="character_unknown", remedy=f"We have {known}.")
    return characters.png(name)
