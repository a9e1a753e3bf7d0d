"""Texts that ask how a member liked the help of a person."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Few enough for the buttons of a card, and the best first.
RATINGS = {
    5: gettext_lazy("Very satisfied"),
    4: gettext_lazy("Satisfied"),
    3: gettext_lazy("So-so"),
    2: gettext_lazy("Dissatisfied"),
    1: gettext_lazy("Very dissatisfied"),
}


def how_was_it() -> str:
    return _("How satisfied are you with the help?")


def thanks_for_rating(rating: int) -> str:
    return _("Thank you: %s") % RATINGS[rating]
