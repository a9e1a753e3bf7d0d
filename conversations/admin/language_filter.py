"""A filter of lists by the language that members write."""

from conversations.models import Desk
from core.web.admin_filters import KnownValuesFilter


class LanguageFilter(KnownValuesFilter):
    """Offers the languages that there are, where Django would read all rows for those that occur."""

    known = dict(Desk.Language.choices)
