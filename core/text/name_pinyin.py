"""Whether a reading in pinyin can be that of a name."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.text import member_names, pinyin

_HAN = re.compile(f"[{member_names.HAN}]")


def check_pinyin(name: str, reading: str) -> None:
    """Raise `ValidationError` for the field `pinyin` unless it reads the name, or its first characters."""
    if not pinyin.parts(reading):
        raise _pinyin_flaw(_("Write syllables with tones, like céng zhì wěi, or nothing."), "pinyin_unknown")
    try:
        count, toneless = len(pinyin.syllables(reading)), pinyin.toneless(reading)
    except pinyin.UnknownSyllable as error:
        message = _("“%(part)s” is no pinyin. Write syllables with tones, like céng zhì wěi or ceng2 zhi4 wei3.")
        raise _pinyin_flaw(message, "pinyin_unknown", part=error.part) from error
    if toneless:
        message = _("“%(part)s” has no tone. Write one, like céng or ceng2; ma5 is a neutral tone.")
        raise _pinyin_flaw(message, "pinyin_toneless", part=toneless[0])
    characters = len(_HAN.findall(name))
    if characters and count > characters:
        message = _(
            "The name has %(characters)d characters, its pinyin %(count)d syllables. Write one for each character."
        )
        raise _pinyin_flaw(message, "pinyin_count", characters=characters, count=count)


def reads_differently(reading: str, name: str, other: str) -> bool:
    """Whether the characters that a reading reads are not the same in both names."""
    count = len(pinyin.syllables(reading))
    return bool(count) and _HAN.findall(name)[:count] != _HAN.findall(other)[:count]


def _pinyin_flaw(message: str, code: str, **values: object) -> ValidationError:
    return ValidationError({"pinyin": ValidationError(message, code=code, params=values)})
