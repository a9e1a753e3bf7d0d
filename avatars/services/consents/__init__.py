"""Permissions to use a person's face or voice: their consent, or a statement that it is no real person's."""
