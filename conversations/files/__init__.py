"""Flows, answers and documents as YAML."""
