"""Outgoing webhooks by the Standard Webhooks specification: signed, retried and logged."""
