"""The OpenAPI description: the parts that every operation shares."""

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, force_instance, is_serializer
from drf_spectacular.utils import Direction, OpenApiParameter
from rest_framework.serializers import ChoiceField

from core.web.api_fields import StrictSerializer
from openuser.api.permissions import partial_scope_of, scope_of
from openuser.api.problem_details import MEDIA_TYPE

FIELD_ERROR = {
    "type": "object",
    "required": ["field", "code", "detail"],
    "properties": {
        "field": {"type": "string", "description": "Its path, like `data.name`; empty for the request as a whole."},
        "code": {"type": "string"},
        "detail": {"type": "string"},
    },
}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; `detail` and `hint` are for people, in their language.",
    "required": ["type", "title", "status", "detail", "code", "instance", "request_id"],
    "properties": {
        "type": {"type": "string", "example": "urn:openuser:problem:invalid"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "example": "invalid"},
        "instance": {"type": "string", "description": "The path of the request."},
        "request_id": {"type": "string"},
        "hint": {"type": "string", "description": "How to fix it."},
        "field": {"type": "string", "description": "The first of `errors`."},
        "errors": {"type": "array", "items": FIELD_ERROR},
    },
}
DESCRIPTIONS = {
    "400": "The request cannot be read.",
    "401": "No token, or one that is not valid.",
    "403": "The token lacks the scope.",
    "404": "There is no such row.",
    "405": "The method is not known here.",
    "409": "It cannot be done as things are; or the Idempotency-Key was used for another request.",
    "413": "The request is too large.",
    "415": "The media type is not known here.",
    "422": "A field is wrong: see `errors`.",
    "429": "Too many requests; see `Retry-After`.",
    "503": "It cannot be done now; see `hint`.",
}
EVERY_OPERATION = ("401", "403", "405", "429")
OPERATIONS_WITH_BODY = ("400", "409", "413", "415", "422", "503")
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[\\x21-\\x7e]{1,128}$"},
    OpenApiParameter.HEADER,
    description="Your own name for this request, such as a UUID. Sent again within a day, it does nothing twice and "
    "gives the first answer.",
)


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Authentication by a client's token."""

    target_class = "openuser.api.authentication.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "A token made in the admin under “API clients”."}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The admin's session, so that the documentation page can send requests."""

    target_class = "openuser.api.authentication.StaffSessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "Logged in to the admin.",
        }


class APISchema(AutoSchema):
    """Adds errors, the scope and the Idempotency-Key to the description of each view."""

    def get_override_parameters(self) -> list[Any]:
        parameters = list(super().get_override_parameters())
        return [*parameters, IDEMPOTENCY_KEY] if self.method == "POST" else parameters

    def get_description(self) -> str:  # type: ignore[override]
        scope = scope_of(self.view, self.method)
        text = str(super().get_description() or "").strip()
        partial = partial_scope_of(self.view)
        text += f"\n\n`{partial}` is enough for drafts." if partial else ""
        return f"{text}\n\nScope: `{scope}`" if scope else text

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0].replace("_", " ")]

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status in self._problems():
            bodies.setdefault(status, self._problem(status))
        return bodies

    def _get_serializer_name(self, serializer: Any, direction: Direction, bypass_extensions: bool = False) -> str:
        # The generator adds “Request” to the name of each request body, even if the name has it already.
        name = str(super()._get_serializer_name(serializer, direction, bypass_extensions))
        return re.sub("(Request)+$", "Request", name) if direction == "request" else name

    def _map_basic_serializer(self, serializer: Any, direction: Direction) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if direction == "request" and isinstance(force_instance(serializer), StrictSerializer):  # type: ignore[no-untyped-call]
            schema["additionalProperties"] = False
        return schema

    def _map_serializer_field(self, field: Any, direction: Direction, bypass_extensions: bool = False) -> Any:
        # Read-only fields do not say whether they may be blank; their model does.
        if isinstance(field, ChoiceField) and field.read_only and _may_be_blank(field):
            field.allow_blank = True
        return super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]

    def _problems(self) -> list[str]:
        problems = set(EVERY_OPERATION)
        if self.method in ("POST", "PATCH", "PUT"):
            problems |= set(OPERATIONS_WITH_BODY)
        elif self._is_list_view() or self._has_query():
            problems.add("422")
        if "{" in self.path:
            problems.add("404")
        return sorted(problems)

    def _has_query(self) -> bool:
        """Whether the operation has query parameters of its own, which may be wrong."""
        parameters = self.get_override_parameters()
        return any(
            is_serializer(parameter) or getattr(parameter, "location", "") == "query" for parameter in parameters
        )

    def _problem(self, status: str) -> dict[str, Any]:
        component = ResolvedComponent(  # type: ignore[no-untyped-call]
            name="Problem", type=ResolvedComponent.SCHEMA, object="Problem", schema=PROBLEM
        )
        self.registry.register_on_missing(component)
        return {"description": DESCRIPTIONS[status], "content": {MEDIA_TYPE: {"schema": component.ref}}}


def _may_be_blank(field: ChoiceField) -> bool:
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    try:
        return bool(model and model._meta.get_field(field.source).blank)
    except FieldDoesNotExist:
        return False
