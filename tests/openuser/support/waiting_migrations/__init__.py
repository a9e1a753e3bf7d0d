"""One migration, for a test of how `migrate` waits."""
