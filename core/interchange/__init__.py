"""Rows of a database as YAML files: texts, places with lines, fields of models, and files that come along."""
