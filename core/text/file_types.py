"""Endings of files, as administrators write them: “JPG, .png”. Pure."""

import re

MB = 2**20
SAME = {"jpeg": "jpg"}


def endings_of(written: str) -> tuple[str, ...]:
    """The endings in lower case without their dots, each once; () for none."""
    endings = (one.lower() for one in re.split(r"[\s,，、;；.]+", written) if one)
    return tuple(dict.fromkeys(SAME.get(one, one) for one in endings))
