"""Removes names, numbers and IDs of people from recorded messages. The same member becomes the same person
throughout."""

import re
from collections.abc import Iterable
from typing import Any

from wecom.emulator.models import Member

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
LONG_NUMBER = re.compile(r"\d(?:[\d -]{5,}\d)")  # phone numbers, accounts
DIGIT = re.compile(r"\d")
LETTER = re.compile(r"\w")
# Fields that only the platform can fill, with other values in every session.
SECRET_FIELDS = frozenset({"media_id", "media_url", "thumb_media_id", "filename", "task_id", "size"})


class Anonymizer:
    """Replaces names and user IDs by person1, person2 …, long numbers by zeros, and e-mail addresses by one address.

    Without `words` it hides all texts.
    """

    def __init__(self, members: Iterable[Member], *, words: bool) -> None:
        self._names = {member.userid.lower(): member.name for member in members}
        self._people: dict[str, str] = {}
        self._words = words

    def person(self, userid: str) -> str:
        """The member's person1, person2 …, numbered by first appearance."""
        return self._people.setdefault(userid.lower(), f"person{len(self._people) + 1}")

    def text(self, text: str, *, written: bool = True) -> str:
        """The text without names, numbers and IDs of people. `written` by a member, it may be hidden as a whole."""
        if written and not self._words:
            return LETTER.sub("x", text)
        text = EMAIL.sub("person@example.com", text)
        for userid, name in self._names.items():
            for known in (name, userid):
                if len(known) > 1 and known.lower() in text.lower():
                    text = re.sub(re.escape(known), self.person(userid), text, flags=re.IGNORECASE)
        return LONG_NUMBER.sub(lambda match: DIGIT.sub("0", match[0]), text)

    def value(self, value: Any) -> Any:
        """JSON with all texts anonymized and without secret fields."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {name: self.value(item) for name, item in value.items() if name not in SECRET_FIELDS}
        return value
