"""Callbacks that are acknowledged while the database is away, on the disk of this machine."""
