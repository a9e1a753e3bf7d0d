"""Flows and knowledge from files and into files."""
