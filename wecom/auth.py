"""The integration guide's address of the access token."""

import core.django_setup  # noqa: F401 - says what is missing
from wecom.client.access_tokens import get_access_token

__all__ = ["get_access_token"]
