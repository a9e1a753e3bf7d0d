"""The calendar page: month and week of everything that goes out, and drafts moved in it."""
