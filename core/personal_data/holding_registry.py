"""The registry: every installed model is either a holding, or without personal data for a reason."""

from collections.abc import Callable, Iterable, Mapping

from django.apps import apps
from django.db import models

from core.personal_data.holdings import Holding, Person

_holdings: dict[str, Holding] = {}
_without: dict[str, str] = {}


def register(*holdings: Holding) -> None:
    """Add holdings of one app, in this order; erasure goes backwards, so rows that others find theirs by come first."""
    _holdings.update({holding.label: holding for holding in holdings})


def without_personal_data(reasons: Mapping[str, str]) -> None:
    """Name the models that say nothing about people, each with the reason."""
    _without.update(reasons)


def belongs_to(
    model: type[models.Model], *, of: Callable[[Person], models.Q], others: Callable[[Person], models.Q]
) -> None:
    """Say whose rows of a model of an app below are: `of` a person, and `others` that another person needs too."""
    holding = _holdings[model._meta.label]
    holding.owners.append(of)
    holding.sharers.append(others)


def holdings() -> list[Holding]:
    """All holdings, of the lowest app first."""
    return list(_holdings.values())


def holding_of(model: type[models.Model]) -> Holding:
    return _holdings[model._meta.label]


def unlisted_models() -> list[str]:
    """Installed models that the registry does not name. Tables between two models hold keys only."""
    return sorted(_installed() - set(_holdings) - set(_without))


def unknown_models() -> list[str]:
    """Names in the registry that are no model any more, or that it has twice."""
    twice: Iterable[str] = set(_holdings) & set(_without)
    return sorted((set(_holdings) | set(_without)) - _installed() | set(twice))


def _installed() -> set[str]:
    """The models with rows of their own; a proxy shows those of another."""
    return {model._meta.label for model in apps.get_models() if not model._meta.proxy}
