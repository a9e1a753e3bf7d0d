"""Backups: database, files and keys in one encrypted archive, and the way back."""
