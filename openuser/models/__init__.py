"""Models of other systems: clients of the API, receivers of webhooks; and the incidents that people are alerted of."""

from openuser.models.api_clients import ApiAnswer, ApiClient
from openuser.models.incidents import Alert, Incident
from openuser.models.webhooks import WebhookDelivery, WebhookEndpoint
