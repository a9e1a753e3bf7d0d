"""The admin of the whole installation: accounts, API clients, webhooks, incidents."""

from openuser.admin import accounts, api_clients, logins, webhooks
from openuser.incidents import admin as incidents
