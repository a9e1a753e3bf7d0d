"""A member between bot and people: what each writes during a hand-off, and how the session goes on after it."""
