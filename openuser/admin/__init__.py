"""The admin of the whole installation: accounts, API clients, webhooks."""

from openuser.admin import accounts, api_clients, webhooks  # noqa: F401
