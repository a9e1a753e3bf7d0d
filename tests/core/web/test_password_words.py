"""A password is more than a word that others guess."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from core.web.password_words import GuessableWordsValidator


@pytest.mark.parametrize("password", ["Acme2026!", "acme-acme-acme", "ACMEwecom123"])
def test_a_password_of_guessable_words_is_refused(password: str):
    with pytest.raises(ValidationError) as caught:
        GuessableWordsValidator(words=["Acme", " wecom "]).validate(password)
    assert caught.value.error_list[0].code == "password_guessable"


@pytest.mark.parametrize("password", ["acme and seven green frogs", "seven"])
def test_a_password_that_is_more_than_that_passes(password: str):
    GuessableWordsValidator(words=["acme", ""]).validate(password)


def test_the_name_of_the_product_is_such_a_word():
    with pytest.raises(ValidationError, match="others guess"):
        validate_password("OpenUser2026")
