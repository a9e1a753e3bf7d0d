"""SQLite as Django knows it, with connections that threads hand on to each other."""
