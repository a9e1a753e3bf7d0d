"""Words that lists of the admin have in common."""

from types import SimpleNamespace

import pytest
from django.utils.translation import override

from core.web.admin import reason_words
from wecom.models import Outbound


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("refused_40058", "the platform refused it (40058)"),
        ("busy", "the other side is busy"),
        ("refused_soon", "refused_soon"),
        ("odd_40058", "odd_40058"),
        ("odd", "odd"),
        ("", ""),
    ],
)
def test_a_reason_has_words_and_the_number_of_the_platform(reason, words):
    with override("en"):
        assert reason_words(SimpleNamespace(reason=reason)) == words


def test_the_words_of_a_model_come_before_those_of_all():
    for reason in Outbound.Reason:
        assert reason_words(Outbound(reason=reason)) == str(reason.label)
