"""Departments of rules: those below them, and those that tags name. The tree is read once and walked in Python."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from wecom.models import Department, Tag


@dataclass(frozen=True)
class Departments:
    """The departments of a company that exist, read when they are first asked for."""

    corporation_id: int
    _found: dict[tuple[frozenset[int], bool], tuple[int, ...]] = field(default_factory=dict, compare=False)

    @cached_property
    def _tree(self) -> tuple[Mapping[int, int], Mapping[int, list[int]]]:
        """Their keys by number, and the numbers of those directly below, by number."""
        rows = Department.objects.existing().filter(corporation=self.corporation_id)
        keys: dict[int, int] = {}
        children: dict[int, list[int]] = {}
        for key, number, parent in rows.values_list("pk", "number", "parent_number"):
            keys[number] = key
            children.setdefault(parent, []).append(number)
        return keys, children

    def with_those_below(self, numbers: Iterable[int]) -> list[int]:
        """These numbers, and those of all departments below them."""
        _keys, children = self._tree
        departments: dict[int, None] = {}
        waiting = list(numbers)
        while waiting:
            number = waiting.pop()
            if number not in departments:
                departments[number] = None
                waiting += children.get(number, [])
        return list(departments)

    def keys(self, numbers: Collection[int], *, below: bool = True) -> tuple[int, ...]:
        """The keys of those that exist, sorted."""
        asked = (frozenset(numbers), below)
        if asked not in self._found:
            keys, _children = self._tree
            named = self.with_those_below(numbers) if below else numbers
            self._found[asked] = tuple(sorted({keys[number] for number in named if number in keys}))
        return self._found[asked]

    @cached_property
    def tags(self) -> Mapping[int, list[int]]:
        """The numbers of the departments that each tag names, by the number of the tag."""
        tags: dict[int, list[int]] = {}
        rows = Tag.objects.filter(corporation=self.corporation_id, gone_at=None)
        for tag, number in rows.values_list("number", "departments__number"):
            tags.setdefault(tag, []).extend([number] if number else [])
        return tags

    def tagged(self, tags: Collection[int]) -> tuple[int, ...]:
        """The keys of the departments that these tags, by number, name, and of those below."""
        return self.keys([number for tag in tags for number in self.tags.get(tag, ())])
