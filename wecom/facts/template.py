"""The workbook that people fill in: a column for each fact, and its possible values."""

from collections.abc import Mapping, Sequence

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from wecom.facts.definitions import LANGUAGE_KEY, MANAGER, TIME_ZONE, FactType, editable_facts
from wecom.models import ERASED, Corporation, FactKind, Member

MOST_MEMBERS = 5_000


def sheets(corporation: Corporation) -> Mapping[str, Sequence[Sequence[object]]]:
    """The sheets by title: one to fill in, with the members of a small company, and one that explains its columns."""
    facts = editable_facts(corporation).values()
    heads = [_("User ID"), _("Name"), *(capfirst(fact.name) for fact in facts)]
    explained = [[_("Column"), _("Identifier"), _("What it may hold")]]
    explained += [[capfirst(fact.name), fact.key, _explanation(fact)] for fact in facts]
    rules = [
        [_("An empty cell leaves a value as it is."), "", ""],
        [_("- or 清空 clears it."), "", ""],
        [_("Columns may be deleted or moved; the user ID stays."), "", ""],
    ]
    return {_("Facts"): [heads, *_people(corporation)], _("How to fill it in"): [*explained, [""], *rules]}


def _people(corporation: Corporation) -> list[list[object]]:
    rows = Member.objects.filter(corporation=corporation).exclude(status=Member.Status.LEFT)
    some = rows.exclude(user_id__startswith=ERASED).order_by("user_id").values_list("user_id", "name")
    listed = list(some[: MOST_MEMBERS + 1])
    return [list(pair) for pair in listed] if len(listed) <= MOST_MEMBERS else []


def _explanation(fact: FactType) -> str:
    if fact.key == LANGUAGE_KEY:
        return "中文, English"
    if fact.key == MANAGER:
        return _("The user ID of a colleague, or a name that only one has.")
    if fact.key == TIME_ZONE:
        return _("A time zone, like Asia/Shanghai or Europe/London.")
    return {
        FactKind.TEXT: _("A text of at most 200 characters."),
        FactKind.NUMBER: _("A number, like 1234.5 or 1,234.5."),
        FactKind.DATE: _("A date, like 2026-09-01, 2026/9/1 or 2026年9月1日."),
        FactKind.CHOICE: ", ".join(fact.choices),
    }[fact.kind]
