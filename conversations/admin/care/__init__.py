"""Sensitive subjects to edit and confirm, and care cases to read."""
