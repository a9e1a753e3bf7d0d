"""The calendar of everything that goes out: its entries, and drafts moved in it."""
