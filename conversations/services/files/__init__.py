"""Flows and knowledge into files, and back."""
