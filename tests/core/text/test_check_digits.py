"""Numbers with a check digit: right ones, and those with one wrong character."""

import pytest

from core.text.check_digits import is_card_number, is_resident_number

RESIDENT = "11010519491231002X"  # the example of GB 11643
CARD = "6222021234567890128"


def test_a_right_number_passes():
    assert is_resident_number(RESIDENT)
    assert is_resident_number("440524188001010014") is False, "born before 1900"
    assert is_card_number(CARD)


@pytest.mark.parametrize(("number", "check"), [(RESIDENT, is_resident_number), (CARD, is_card_number)])
def test_any_wrong_digit_is_seen(number, check):
    for place, was in enumerate(number[:-1]):
        assert not check(f"{number[:place]}{(int(was) + 1) % 10}{number[place + 1 :]}"), place


@pytest.mark.parametrize("number", ["", "1101051949123100", "11010519491331002X", "１１0105194912310021", "x" * 18])
def test_what_is_no_number_is_refused(number):
    assert not is_resident_number(number)
    assert not is_card_number(number)
