"""A database that was restored from a backup or copied: who may send from it, and what has gone out already."""
