"""The calendar of everything that goes out: what it shows, and drafts moved in it."""
