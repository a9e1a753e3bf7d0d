"""Models of other systems, which call and are called; of incidents with their alerts; and of log-ins."""

from openuser.models.api_clients import ApiAnswer, ApiClient
from openuser.models.incidents import Alert, Incident
from openuser.models.logins import LogIn, RefusedLogIn
from openuser.models.webhooks import WebhookDelivery, WebhookEndpoint
