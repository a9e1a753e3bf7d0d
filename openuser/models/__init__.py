"""Programs of others: those that ask us through the API, and those that we tell by webhook."""

from openuser.models.api_clients import ApiAnswer, ApiClient
from openuser.models.webhooks import WebhookDelivery, WebhookEndpoint

__all__ = ["ApiAnswer", "ApiClient", "WebhookDelivery", "WebhookEndpoint"]
