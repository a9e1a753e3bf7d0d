"""The OpenAPI document as a whole: its language and its enums."""

from typing import Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator


class EnglishSchemaGenerator(SchemaGenerator):
    """Describes the API in English in every locale, because client generators make names of the words."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        with translation.override("en"):
            found: dict[str, Any] = super().get_schema(request=request, public=public)  # type: ignore[no-untyped-call]
        return found
