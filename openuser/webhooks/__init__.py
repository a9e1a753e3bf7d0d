"""Telling other systems what happened, by Standard Webhooks: signed, tried again, and kept to look at."""
