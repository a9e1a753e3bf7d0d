"""Golden conversations: recorded from *Try it*, replayed against a draft, and what of a flow they cover."""
