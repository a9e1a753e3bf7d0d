"""Permissions of the API: a client needs a scope, a staff member needs Django's model permission."""

from typing import Any

from django.conf import settings
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.confidentiality import rights
from openuser.api import problem_details
from openuser.models import ApiClient

VERBS = {"GET": "view", "HEAD": "view", "POST": "add", "PATCH": "change", "DELETE": "delete"}


class ScopeOrPermission(BasePermission):
    """A client needs the scope that the view's `required_scopes` names for the method; without one it gets a 403.

    A staff member needs the permission on the view's model that matches the method. A POST to a detail address, such as
    cancelling a row, takes the permission to change it.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.method not in view.allowed_methods:
            return True  # the view answers 405, which says more than a missing scope
        who: Any = request.user
        if isinstance(who, ApiClient):
            scope = scope_of(view, str(request.method))
            if scope in who.scopes or partial_scope_of(view) in who.scopes:
                return True
            raise problem_details.ScopeMissing(scope)
        if not (who and who.is_authenticated and who.is_staff and who.has_perm(permission_of(view, request))):
            return False
        return not rights.is_closed_to(view.get_queryset().model, who)


class ReadsDescription(BasePermission):
    """Who may log in, by a session or any token, reads the description of the API; all do where a setting says so."""

    def has_permission(self, request: Request, view: Any) -> bool:
        who: Any = request.user
        return bool(
            settings.API["PUBLIC_DOCS"] or isinstance(who, ApiClient) or (who.is_authenticated and who.is_staff)
        )


def scope_of(view: Any, method: str) -> str:
    """The scope that this method of a view requires, or the action that runs; "" if it names none."""
    steps: dict[str, str] = getattr(view, "action_scopes", {})
    if step := steps.get(getattr(view, "action", None) or ""):
        return step
    scopes: dict[str, str] = getattr(view, "required_scopes", {})
    return scopes.get("GET" if method == "HEAD" else method, "")


def partial_scope_of(view: Any) -> str:
    """The scope that allows a part of this action, of which the view refuses the rest; "" if there is none."""
    scopes: dict[str, str] = getattr(view, "partial_scopes", {})
    return scopes.get(getattr(view, "action", None) or "", "")


def permission_of(view: Any, request: Request) -> str:
    """The model permission that a staff member needs, such as "avatars.add_render"."""
    meta = view.get_queryset().model._meta
    verb = VERBS.get(str(request.method), "change")
    if verb == "add" and getattr(view, "detail", False):
        verb = "change"
    return f"{meta.app_label}.{verb}_{meta.model_name}"
