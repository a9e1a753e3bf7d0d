"""The effects of a session's steps: words, videos, calls of services, and members passed on to people."""
