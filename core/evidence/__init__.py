"""Statements of people as evidence."""
