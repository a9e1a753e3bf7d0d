"""The values in rows: read and written for one member or for a hundred thousand."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar

from django.db.models import Q

from wecom.facts.definitions import LANGUAGE_KEY, MANAGER
from wecom.facts.fact_values import Value
from wecom.models import Corporation, Member, MemberFact

BATCH = 2_000
Changes: TypeAlias = Mapping[int, Mapping[str, Value | None]]
"""The changes, by the member's primary key and the fact's key; None clears."""


Item = TypeVar("Item")


def batches(items: Collection[Item]) -> Iterator[Sequence[Item]]:
    """Parts of a size that one statement bears."""
    every = list(items)
    return (every[first : first + BATCH] for first in range(0, len(every), BATCH))


def facts_of(member: Member) -> dict[str, Value]:
    """The facts of a member, by key."""
    return facts_of_many([member.pk]).get(member.pk, {})


def facts_of_many(members: Collection[int], keys: Collection[str] | None = None) -> dict[int, dict[str, Value]]:
    """The facts of many members, by their primary keys; members without any are left out."""
    facts: dict[int, dict[str, Value]] = {}
    wanted = Q() if keys is None else Q(key__in=keys)
    for some in batches(members):
        rows = MemberFact.objects.filter(wanted, member__in=some).order_by("key")
        for member, key, text, number, day in rows.values_list("member_id", "key", "text", "number", "date"):
            facts.setdefault(member, {})[key] = value_in(text, number, day)
    return facts


def value_in(text: str, number: Decimal | None, day: date | None) -> Value:
    """The value of a row: that of the one column which is filled."""
    if day is not None:
        return day
    return number if number is not None else text


def columns(value: Value) -> dict[str, Any]:
    """The columns of a row with this value."""
    empty: dict[str, Any] = {"text": "", "number": None, "date": None}
    name = "date" if isinstance(value, date) else "number" if isinstance(value, Decimal) else "text"
    return empty | {name: value}


def write(changes: Changes, *, now: datetime) -> None:
    """Store the changes; the language goes to the member's row."""
    rows, cleared, languages = [], dict[str, list[int]](), dict[str, list[int]]()
    for member, values in changes.items():
        for key, value in values.items():
            if key == LANGUAGE_KEY:
                languages.setdefault(str(value or ""), []).append(member)
            elif value is None:
                cleared.setdefault(key, []).append(member)
            else:
                rows.append(MemberFact(member_id=member, key=key, updated_at=now, **columns(value)))
    for some in batches(rows):
        MemberFact.objects.bulk_create(
            some,
            update_conflicts=True,
            unique_fields=["member", "key"],
            update_fields=["text", "number", "date", "updated_at"],
        )
    for key, members in cleared.items():
        for part in batches(members):
            MemberFact.objects.filter(key=key, member__in=part).delete()
    for language, members in languages.items():
        for part in batches(members):
            Member.objects.filter(pk__in=part).update(language=language)


def managers_called(corporation: Corporation | int, names: Iterable[str]) -> dict[str, str]:
    """The user IDs of the colleagues that these words name, by word: a user ID, or a name that only one bears."""
    wanted, managers = list(dict.fromkeys(names)), dict[str, str]()
    for some in batches(wanted):
        rows = Member.objects.filter(corporation=corporation)
        lowered = {word.lower() for word in some}
        known = set(rows.filter(user_id__in=lowered).values_list("user_id", flat=True))
        named: dict[str, set[str]] = {}
        called = rows.filter(name__in=some).exclude(status=Member.Status.LEFT)
        for name, user_id in called.values_list("name", "user_id"):
            named.setdefault(name, set()).add(user_id)
        for word in some:
            if word.lower() in known:
                managers[word] = word.lower()
            elif len(named.get(word, ())) == 1:
                (managers[word],) = named[word]
    return managers


def rename_manager(corporation: Corporation | int, old: str, new: str) -> None:
    """Follow a colleague's new user ID."""
    MemberFact.objects.filter(member__corporation=corporation, key=MANAGER, text=old).update(text=new)
