"""What a client can have: one kind of answer, whatever it says that it accepts."""

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request


class OneKind(DefaultContentNegotiation):
    """JSON, or the file that the address is about. Who asks for anything else gets it too, rather than a 406."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type
