"""What may be done: a client by its scopes, a person by the permissions that the admin knows too."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from openuser.api import problems
from openuser.models import ApiClient

VERBS = {"GET": "view", "HEAD": "view", "POST": "add", "PATCH": "change", "DELETE": "delete"}


class Allowed(BasePermission):
    """A view names `required_scopes`, a scope by method; one that names none is closed to clients.

    For people the permission follows from the view's model and the method. A POST below one row, like cancelling it,
    changes that row.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.method not in view.allowed_methods:
            return True  # which answers that there is no such method, rather than that it takes a scope
        who: Any = request.user
        if isinstance(who, ApiClient):
            scope = scope_of(view, str(request.method))
            if scope in who.scopes:
                return True
            raise problems.ScopeMissing(scope)
        return bool(who and who.is_authenticated and who.is_staff and who.has_perm(permission_of(view, request)))


def scope_of(view: Any, method: str) -> str:
    """The scope that this method of a view needs; "" where the view names none."""
    scopes: dict[str, str] = getattr(view, "required_scopes", {})
    return scopes.get("GET" if method == "HEAD" else method, "")


def permission_of(view: Any, request: Request) -> str:
    """The name of the permission that a person needs, like "avatars.add_render"."""
    meta = view.get_queryset().model._meta
    verb = VERBS.get(str(request.method), "change")
    if verb == "add" and getattr(view, "detail", False):
        verb = "change"
    return f"{meta.app_label}.{verb}_{meta.model_name}"
