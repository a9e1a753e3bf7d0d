"""A member between bot and people: the messages of each during a hand-off, and the session after it."""
