"""Every address of the API names the scope of every method that it answers."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLResolver, get_resolver

from openuser.api.permissions import ScopeOrPermission, scope_of
from openuser.models import ApiClient

API = "api/v1/"
# The webhook is signed by the platform; the description of the API is for all who may sign in.
NOT_OURS = {"openapi", "api-docs"}


def views(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, Any]]:
    """The address and the class of each view below a resolver."""
    for pattern in resolver.url_patterns:
        address = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from views(pattern, address)
        elif pattern.name not in NOT_OURS:
            yield address, pattern.callback


ALL = [one for one in views(get_resolver()) if one[0].startswith(API) and "integrations" not in one[0]]


def methods(view: Any) -> list[str]:
    """What a view answers, in capitals."""
    routed = set(getattr(view, "actions", None) or ("get",)) & set(view.cls.http_method_names)
    return sorted(method.upper() for method in routed - {"head", "options"})


def unscoped(view: Any) -> list[str]:
    """The methods of a view without a scope that clients can be given."""
    known = set(ApiClient.Scope.values)
    return [method for method in methods(view) if scope_of(view.cls, method) not in known]


def test_every_method_of_every_address_names_a_scope():
    assert len(ALL) > 60
    assert {address: found for address, view in ALL if (found := unscoped(view))} == {}


def test_what_writes_needs_another_scope_than_what_reads():
    writing = {"POST", "PUT", "PATCH", "DELETE"}
    mixed = {
        address
        for address, view in ALL
        for method in methods(view)
        if method in writing and scope_of(view.cls, method) == scope_of(view.cls, "GET")
    }
    assert mixed == set()


@pytest.mark.parametrize(("address", "view"), ALL, ids=[address for address, _view in ALL])
def test_every_address_asks_for_its_scope(address, view):
    assert [permission for permission in view.cls.permission_classes if issubclass(permission, ScopeOrPermission)] != []
