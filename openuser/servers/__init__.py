"""Bundled servers (PostgreSQL, Valkey) and Chromium, as child processes that never outlive their owner."""
