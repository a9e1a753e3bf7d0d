"""Flows that run in steps of others: their published versions, their problems, and their callers."""
