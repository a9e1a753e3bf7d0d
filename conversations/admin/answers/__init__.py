"""Questions and answers in the admin."""
