"""What the steps of a session have done: words, videos, calls of services, and members passed on to people."""
