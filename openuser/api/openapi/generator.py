"""The OpenAPI document as a whole: its language and its enums."""

from collections.abc import Iterator
from typing import Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.hooks import postprocess_schema_enums

from openuser.api.openapi.request_examples import examples_of


class EnglishSchemaGenerator(SchemaGenerator):
    """Describes the API in English in every locale, because client generators make names of the words."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        with translation.override("en"):
            schema: dict[str, Any] = super().get_schema(request=request, public=public)  # type: ignore[no-untyped-call]
        return schema


def name_enums(result: dict[str, Any], generator: SchemaGenerator, **_options: Any) -> dict[str, Any]:
    """A postprocessing hook: each set of choices is a component with the name in `ENUM_NAME_OVERRIDES`.

    drf-spectacular names only the enums of bodies. The schemas of parameters pass through its hook as the properties
    of a component that is not registered, so they get the same names.
    """
    parameters = list(_parameters_with_choices(result["paths"]))
    schemas = {str(number): parameter["schema"] for number, parameter in enumerate(parameters)}
    result["components"]["schemas"]["Parameters"] = {"properties": schemas}
    result = postprocess_schema_enums(result, generator)  # type: ignore[no-untyped-call]
    for parameter, schema in zip(parameters, schemas.values(), strict=True):
        parameter["schema"] = schema
    return result


def _parameters_with_choices(paths: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for operations in paths.values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                # Generators of clients make names of titles: `RendersListRenderMode`.
                parameter["schema"].pop("title", None)
                if "enum" in parameter["schema"].get("items", parameter["schema"]):
                    yield parameter


def add_examples(result: dict[str, Any], generator: SchemaGenerator, **_options: Any) -> dict[str, Any]:
    """A postprocessing hook: every request body has an example. A body without one raises `KeyError`."""
    schemas = result["components"]["schemas"]
    for operations in result["paths"].values():
        for operation in operations.values():
            for body in operation.get("requestBody", {}).get("content", {}).values():
                name = body["schema"]["$ref"].rsplit("/", 1)[1]
                kinds = schemas[name].get("discriminator", {}).get("mapping", {})
                body["examples"] = examples_of(name, list(kinds))
    return result
