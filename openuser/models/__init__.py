"""Programs of others: those that ask us through the API, and those that we tell by webhook."""

from openuser.models.clients import ApiAnswer, ApiClient
from openuser.models.hooks import WebhookDelivery, WebhookEndpoint

__all__ = ["ApiAnswer", "ApiClient", "WebhookDelivery", "WebhookEndpoint"]
