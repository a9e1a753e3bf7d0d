"""Flows that run in steps of others: what is published of them, what is wrong with that, and who runs a flow."""
