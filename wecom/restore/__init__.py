"""A database that was restored from a backup or copied: who may send from it, and the messages that have gone out
already."""
