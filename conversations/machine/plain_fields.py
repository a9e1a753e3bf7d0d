"""Fields of values as JSON has them."""

from dataclasses import fields
from typing import Any


def without_defaults(data: dict[str, Any], kind: type[Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The fields of a dataclass as a dict, but for these where they have their default."""
    defaults = {field.name: field.default for field in fields(kind)}
    return {name: value for name, value in data.items() if name not in names or value != defaults[name]}
