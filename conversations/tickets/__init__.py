"""Tickets as rows: opened, announced to operators, assigned, and their lines on both phones."""
