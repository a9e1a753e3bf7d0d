"""The working days of companies: known, imported, and marked where they are not."""
