"""The API's JSON, to a depth that everything behind it can read."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError

MAX_DEPTH = 64


class JSONParser(parsers.JSONParser):
    """REST framework's parser, but raises `ParseError` if a document is nested too deeply."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            parsed = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise too_deep() from error
        if not is_shallow(parsed):
            raise too_deep()
        return parsed


def is_shallow(value: Any) -> bool:
    """Whether lists and objects lie in one another at most `MAX_DEPTH` times."""
    level = [value]
    for _depth in range(MAX_DEPTH + 1):
        level = [inner for part in level if isinstance(part, dict | list) for inner in _children(part)]
        if not level:
            return True
    return False


def too_deep() -> ParseError:
    return ParseError(_("The JSON is nested too deeply: at most %d levels.") % MAX_DEPTH)


def _children(value: dict[str, Any] | list[Any]) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value
