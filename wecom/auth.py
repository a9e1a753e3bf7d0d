"""The integration guide's address of the access token."""

from wecom.client.access_tokens import get_access_token

__all__ = ["get_access_token"]
