"""The working days of companies, as rows: filled, imported from a list, and missed in time."""
