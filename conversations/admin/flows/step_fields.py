"""The fields on the page of a step: their lines, and the conditions that show them, as the kinds declare."""

from conversations.machine.nodes.declarations import Column
from conversations.machine.nodes.registry import kinds

FIRST = ("name", "kind")
# Without permission to change, the page has no fields for its script to read; then everything is shown.
UNREAD = "typeof kind === 'undefined'"


def lines() -> tuple[tuple[str, ...], ...]:
    """The lines of the page: those of every kind, each in the order of its kind."""
    placed: list[tuple[str, ...]] = []
    for kind in kinds():
        own = [tuple(item if isinstance(item, str) else item.name for item in line) for line in kind.lines]
        for number, line in enumerate(own):
            if {name for earlier in placed for name in earlier}.issuperset(line):
                continue
            later = {name for following in own[number + 1 :] for name in following}
            before = next((at for at, earlier in enumerate(placed) if later.intersection(earlier)), len(placed))
            placed.insert(before, line)
    return (FIRST, *placed)


def conditions() -> dict[str, str]:
    """When a field is shown, as an expression of the page's script; a field of every kind always is."""
    columns: dict[str, dict[str, Column]] = {}
    for kind in kinds():
        for column in kind.columns():
            columns.setdefault(column.name, {})[kind.kind] = column
    return {
        name: " || ".join((UNREAD, *(_shown(kind, column) for kind, column in owners.items())))
        for name, owners in columns.items()
        if len(owners) < len(kinds()) or any(column.only for column in owners.values())
    }


def _shown(kind: str, column: Column) -> str:
    beside = [f"{[str(value) for value in values]}.includes({name})" for name, values in column.only.items()]
    return f"({' && '.join((f'kind === {kind!r}', *beside))})"
