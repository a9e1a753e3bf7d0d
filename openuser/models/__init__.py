"""Models of other systems: clients of the API, receivers of webhooks."""

from openuser.models.api_clients import ApiAnswer, ApiClient
from openuser.models.webhooks import WebhookDelivery, WebhookEndpoint

__all__ = ["ApiAnswer", "ApiClient", "WebhookDelivery", "WebhookEndpoint"]
