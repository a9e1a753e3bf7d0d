"""Campaigns and segments as YAML that people read, keep in a repository and bring to another installation."""
