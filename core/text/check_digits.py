"""Numbers with a check digit, by which most typing errors are seen. Pure."""

import re
from datetime import date

RESIDENT_NUMBER = re.compile(r"[1-9][0-9]{5}([0-9]{4})([0-9]{2})([0-9]{2})[0-9]{3}[0-9X]")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
CARD_NUMBER = re.compile(r"[0-9]{12,19}")


def is_resident_number(number: str) -> bool:
    """Whether 18 characters are the number of a Chinese identity card (GB 11643): with a day of birth and a check."""
    match = RESIDENT_NUMBER.fullmatch(number)
    weighted = (int(number[place]) * weight for place, weight in enumerate(WEIGHTS))
    if match is None or CHECKS[sum(weighted) % 11] != number[-1]:
        return False
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).year >= 1900
    except ValueError:
        return False


def is_card_number(number: str) -> bool:
    """Whether 12 to 19 digits are the number of a bank card (ISO/IEC 7812, the Luhn check)."""
    if CARD_NUMBER.fullmatch(number) is None:
        return False
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return sum(digit // 10 + digit % 10 for digit in doubled) % 10 == 0
