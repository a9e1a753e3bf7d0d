"""The right to read members' messages to the digital human: a permission of an account, a scope of a program."""

from typing import Any

from django.conf import settings
from django.db.models import Model

# Models whose rows consist of members' messages, by label, each with further permissions that open their pages.
_closed: dict[str, tuple[str, ...]] = {}


def may_read(who: Any) -> bool:
    """Whether this account or program may read the messages of all members."""
    scopes = getattr(who, "scopes", None)
    if scopes is not None:
        return settings.CONFIDENTIALITY["SCOPE"] in scopes
    return bool(who and who.is_authenticated and who.has_perm(settings.CONFIDENTIALITY["PERMISSION"]))


def close(*models: type[Model], unless: tuple[str, ...] = ()) -> None:
    """The pages of these models need the right to read as well, or one of the permissions in `unless`."""
    _closed.update(dict.fromkeys((model._meta.label for model in models), unless))


def closed_models() -> frozenset[str]:
    """The labels of the models that are closed."""
    return frozenset(_closed)


def is_closed_to(model: type[Model], who: Any) -> bool:
    """Whether this account may not see rows of a model at all. Programs are asked for the scopes of its addresses."""
    unless = _closed.get(model._meta.label)
    if unless is None or hasattr(who, "scopes") or may_read(who):
        return False
    return not any(who.has_perm(name) for name in unless)
