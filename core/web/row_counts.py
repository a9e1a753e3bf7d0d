"""How many rows a list has: counted while they are few, else as the statistics of PostgreSQL tell."""

import json
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import QuerySet
from django.utils import formats, translation
from django.utils.translation import gettext as _

COUNTED = 10_000
DIGITS = 3  # of an estimate: the statistics are not exact enough for more
TEN_THOUSAND = 10_000


@dataclass(frozen=True, kw_only=True)
class RowCount:
    """A number of rows; unless it `is_exact`, about so many, or with `is_least` more than so many."""

    number: int
    is_exact: bool = True
    is_least: bool = False

    def words(self, options: Any) -> str:
        """How many rows of a model: 1 member, 812 members, about 1,230,000 members."""
        name = options.verbose_name if self.is_exact and self.number == 1 else options.verbose_name_plural
        told = {"count": figure(self.number), "name": name}
        if self.is_exact:
            return _("%(count)s %(name)s") % told
        if self.is_least:
            return _("more than %(count)s %(name)s") % told
        return _("about %(count)s %(name)s") % told


def count(rows: QuerySet[Any], *, most: int | None = None) -> RowCount:
    """The number of rows up to 10,000; about how many there are, where PostgreSQL expects more.

    To count a million rows takes longer than to show a page of them. Where a caller knows that there are at most so
    many, PostgreSQL is not asked.
    """
    some = rows.order_by()
    if (most is None or most > COUNTED) and connections[rows.db].vendor == "postgresql":
        expected = _expected(some.values("pk"))
        if expected > COUNTED:
            return RowCount(number=rounded(expected), is_exact=False)
    number = some[: COUNTED + 1].count()
    return RowCount(number=min(number, COUNTED), is_exact=number <= COUNTED, is_least=number > COUNTED)


def rounded(number: int) -> int:
    """A number with its first three digits."""
    unit: int = 10 ** max(0, len(str(number)) - DIGITS)
    return round(number / unit) * unit


def figure(number: int) -> str:
    """A number as readers write it: 1,230,000, and 123 万 in Chinese."""
    if (translation.get_language() or "").startswith("zh") and number >= TEN_THOUSAND and number % 100 == 0:
        return f"{number / TEN_THOUSAND:g} 万"
    return formats.number_format(number, force_grouping=True)


def _expected(rows: QuerySet[Any]) -> int:
    """How many rows the planner of PostgreSQL expects."""
    plan = json.loads(rows.explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])
