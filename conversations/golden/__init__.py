"""Golden conversations: recorded from *Try it*, replayed against a draft, and their coverage of a flow."""
