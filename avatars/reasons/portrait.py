"""The flaws of pictures that cannot be portraits, and remarks about others, in the reader's language."""

from django.utils.translation import gettext_lazy

from avatars import portrait_words

UNUSABLE = {code: gettext_lazy(text) for code, text in portrait_words.UNUSABLE.items()}
# Remarks of the portrait check about a portrait that will do, but could be better, or was changed.
REMARKS = {code: gettext_lazy(text) for code, text in portrait_words.REMARKS.items()}
