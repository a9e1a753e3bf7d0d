"""Endings of files, as administrators write them: “JPG, .png”. Pure."""

import re

MB = 2**20
SAME = {"jpeg": "jpg"}


def endings_of(written: str) -> tuple[str, ...]:
    """The endings in lower case without their dots, each once; () for none."""
    endings = (ending.lower() for ending in re.split(r"[\s,，、;；.]+", written) if ending)
    return tuple(dict.fromkeys(SAME.get(ending, ending) for ending in endings))
