"""Parts that addresses for files share: the rows to export, the differences, and flaws as errors of a field each."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from core.interchange.flaws import FileRefused


class ImportDifferenceSerializer(serializers.Serializer[Any]):
    """A place at which the file differs from the stored row."""

    path = serializers.CharField(help_text="Such as `contents.en.text`.")
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


def ids_of(request: Request, name: str) -> list[int]:
    """The IDs that a request names. Raises `ValidationError` if a value is no ID."""
    given = request.query_params.getlist(name)
    wrong = [key for key in given if not key.isdecimal() or len(key) > 18]
    if wrong:
        raise ValidationError({name: [ErrorDetail("Write IDs as numbers.", code="invalid")]})
    return [int(key) for key in given]


def errors_by_place(error: FileRefused) -> dict[str, list[ErrorDetail]]:
    """All flaws by their place in the file."""
    errors: dict[str, list[ErrorDetail]] = {}
    for flaw in error.flaws:
        errors.setdefault(flaw.place or "file", []).append(ErrorDetail(f"{flaw.words} {flaw.remedy}", code=flaw.code))
    return errors


@contextmanager
def refusing_by_place() -> Iterator[None]:
    """A refusal in it is a validation error, with each flaw at its place."""
    try:
        yield
    except FileRefused as error:
        raise ValidationError(errors_by_place(error)) from error
