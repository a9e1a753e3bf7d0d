"""Checks of answers in code. A function that is registered here can be chosen in the form of a step that asks.

`docs/validators.md` has an example.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from conversations.exceptions import ConversationError
from core.text.check_digits import is_card_number, is_resident_number

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
BLANKS = re.compile(r"[\s-]+")

Check = Callable[[str], str]
Words = str | Promise


class Refused(ConversationError):
    """The answer is not accepted: the member reads the words, in Chinese if they are given and the flow is Chinese."""

    default_code = "refused"

    def __init__(self, message: Words = "", *, chinese: str = "", **fields: Any) -> None:
        super().__init__(str(message), **fields)
        self.chinese = chinese

    @property
    def words(self) -> str:
        """The words for the member, in the active language."""
        is_chinese = (get_language() or "").startswith("zh")
        return self.chinese if is_chinese and self.chinese else self.message


@dataclass(frozen=True, kw_only=True)
class Validator:
    """A registered check: the form of a step shows its label."""

    name: str
    label: Words
    check: Check


_registered: dict[str, Validator] = {}
registered: Mapping[str, Validator] = MappingProxyType(_registered)


def validator(name: str, *, label: Words) -> Callable[[Check], Check]:
    """Register a function that takes an answer and returns the value to keep, or raises `Refused`.

    Raises `ImproperlyConfigured` for a name that is taken, or has other characters than small letters, digits and _.
    """
    if not NAME.fullmatch(name):
        raise ImproperlyConfigured(f"“{name}” is no name of a validator: use small letters, digits and _.")

    def register(check: Check) -> Check:
        known = _registered.get(name)
        if known is not None and known.check.__qualname__ != check.__qualname__:
            raise ImproperlyConfigured(f"Another validator is called “{name}”. Choose another name.")
        _registered[name] = Validator(name=name, label=label, check=check)
        return check

    return register


@validator("id_card", label=_("number of a Chinese identity card"))
def check_id_card(value: str) -> str:
    """The 18 characters without blanks."""
    number = BLANKS.sub("", value).upper()
    if not is_resident_number(number):
        raise Refused(_("This is no valid number of an identity card. Please check its 18 characters."))
    return number


@validator("bank_card", label=_("number of a bank card"))
def check_bank_card(value: str) -> str:
    """The digits without blanks."""
    number = BLANKS.sub("", value)
    if not is_card_number(number):
        raise Refused(_("This is no valid number of a bank card. Please check its digits."))
    return number
