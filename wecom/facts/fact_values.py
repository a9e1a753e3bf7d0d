"""The value of a fact: read from the input of people and files, written for people, masked. Knows no rows."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.text.dates import format_date, written_date
from core.text.slot_values import UNSTORABLE
from core.text.time_zones import find_time_zone
from wecom.exceptions import FactRefused
from wecom.facts.definitions import BIRTHDAY, LANGUAGE_KEY, MANAGER, TIME_ZONE, FactType, fold
from wecom.models import FactKind, Member
from wecom.models.facts import LONGEST_TEXT

Value: TypeAlias = str | Decimal | date

NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
USER_ID = re.compile(r"[^\s|@][^\s|]{0,63}")
EARLIEST, LATEST = 1900, 2199
DIGITS, PLACES = 14, Decimal("0.000001")
SHOWN_CHOICES = 12
LONGEST_QUOTE = 40
LANGUAGES = {
    Member.Language.CHINESE: ("zh-hans", "zh", "zh-cn", "cn", "chinese", "中文", "简体中文", "汉语", "普通话"),
    Member.Language.ENGLISH: ("en", "en-us", "en-gb", "english", "英文", "英语"),
}
HIDDEN = "***"


def parse(fact: FactType, raw: object, *, today: date) -> Value:
    """The value that was written. Raises `FactRefused` with the key as `field`, the error and a remedy."""
    if isinstance(raw, str) and UNSTORABLE.search(raw):
        raise refused(fact, _("The value holds characters that cannot be stored."), _("Write it by hand."))
    value = PARSERS[fact.kind](fact, raw)
    if fact.key == BIRTHDAY and isinstance(value, date) and value > today:
        raise refused(fact, _("A birthday cannot lie in the future."), _("Check the year."))
    return value


def written(fact: FactType, value: Value) -> str:
    """A value for people, in the reader's language: 2026年9月1日, 1,234.5."""
    if isinstance(value, date):
        return format_date(value, chinese=not (get_language() or "").startswith("en"))
    if isinstance(value, Decimal):
        return f"{plain_number(value):,f}"
    return str(Member.Language(value).label) if fact.key == LANGUAGE_KEY and value else value


def plain(value: Value) -> str:
    """A value as programs and files write it: 2026-09-01, 1234.5."""
    if isinstance(value, date):
        return value.isoformat()
    return f"{plain_number(value):f}" if isinstance(value, Decimal) else value


def masked(fact: FactType, value: Value) -> str:
    """A personal value as lists show it: 19**-**-07; others in full."""
    if not fact.personal:
        return written(fact, value)
    if isinstance(value, date):
        return f"{value.year // 100:02d}**-**-{value.day:02d}"
    return HIDDEN


def plain_number(value: Decimal) -> Decimal:
    """A number without zeros at its end."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def refused(fact: FactType, message: str, remedy: str) -> FactRefused:
    """The error for a value of this fact."""
    return FactRefused(message, code="fact_value", field=fact.key, remedy=remedy)


def _text(fact: FactType, raw: object) -> str:
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)  # Excel keeps 1001 as 1001.0
    if isinstance(raw, datetime):
        raw = raw.date()
    text = unicodedata.normalize("NFC", str(raw)).strip()
    if not text:
        raise refused(fact, _("The value is empty."), _("Write a value."))
    if len(text) > LONGEST_TEXT:
        fault = _("The text has %(count)d characters; at most %(most)d fit.")
        values = {"count": len(text), "most": LONGEST_TEXT}
        raise refused(fact, fault % values, _("Shorten it."))
    if fact.key == TIME_ZONE:
        return _time_zone(fact, text)
    if fact.key != MANAGER:
        return text
    if not USER_ID.fullmatch(text):
        raise refused(fact, _("“%s” is no user ID.") % quote(text), _("Write the user ID of a colleague."))
    return text.lower()


def _time_zone(fact: FactType, text: str) -> str:
    zone = find_time_zone(text)
    if zone is None:
        fault = _("There is no time zone “%s”.") % quote(text)
        raise refused(fact, fault, _("Write a name like Asia/Shanghai or Europe/London."))
    return zone


def _number(fact: FactType, raw: object) -> Decimal:
    wrong = refused(
        fact, _("“%s” is no number.") % quote(raw), _("Write digits, like 1234.5 or 1,234.5, without a unit.")
    )
    if isinstance(raw, bool | date):
        raise wrong
    text = unicodedata.normalize("NFKC", str(raw)).strip()
    if not isinstance(raw, int | float | Decimal) and not NUMBER.fullmatch(text):
        raise wrong
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation as error:
        raise wrong from error
    if not value.is_finite() or abs(value) >= Decimal(10) ** DIGITS:
        fault = _("The number has more than %d digits before the point.") % DIGITS
        raise refused(fact, fault, _("Store long numbers, like those of identity cards, as a fact of the kind text."))
    if isinstance(raw, float):
        value = value.quantize(PLACES)
    if value != value.quantize(PLACES):
        raise refused(fact, _("The number has more than six decimal places."), _("Round it."))
    return value.quantize(PLACES)


def _date(fact: FactType, raw: object) -> date:
    if isinstance(raw, datetime):
        return _checked_year(fact, raw.date())
    if isinstance(raw, date):
        return _checked_year(fact, raw)
    try:
        day = None if isinstance(raw, bool) else written_date(str(raw))
    except ValueError:
        raise _no_such_day(fact, raw) from None
    if day is not None:
        return _checked_year(fact, day)
    fault = _("“%s” is no date that can be read.") % quote(raw)
    raise refused(fact, fault, _("Write it as 2026-09-01, 2026/9/1, 2026年9月1日 or 1 September 2026."))


def _checked_year(fact: FactType, day: date) -> date:
    if not EARLIEST <= day.year <= LATEST:
        fault = _("The year %d cannot be right.") % day.year
        raise refused(fact, fault, _("Write a year from 1900 to 2199."))
    return day


def _no_such_day(fact: FactType, raw: object) -> FactRefused:
    return refused(fact, _("There is no day “%s”.") % quote(raw), _("Check the month and the day."))


def _choice(fact: FactType, raw: object) -> str:
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    wanted = fold(str(raw))
    words_of = (
        {language.value: names for language, names in LANGUAGES.items()}
        if fact.key == LANGUAGE_KEY
        else {choice: (choice,) for choice in fact.choices}
    )
    for choice, names in words_of.items():
        if wanted in {fold(name) for name in names}:
            return choice
    shown = list(words_of)[:SHOWN_CHOICES] if fact.key != LANGUAGE_KEY else ["中文", "English"]
    more = "…" if len(words_of) > SHOWN_CHOICES else ""
    remedy = _("Write one of these: %s.") % (", ".join(shown) + more)
    raise refused(fact, _("“%s” is none of the choices.") % quote(raw), remedy)


def quote(raw: object) -> str:
    """The input, cut to a length that a sentence bears."""
    text = str(raw)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"


PARSERS: dict[FactKind, Callable[[FactType, object], Value]] = {
    FactKind.TEXT: _text,
    FactKind.NUMBER: _number,
    FactKind.DATE: _date,
    FactKind.CHOICE: _choice,
}
