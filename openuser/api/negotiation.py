"""Content negotiation: every address has one media type, so the `Accept` header is ignored."""

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request


class JSONOnly(DefaultContentNegotiation):
    """Renders JSON (or the file at that address) for any `Accept`, instead of answering 406."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type
