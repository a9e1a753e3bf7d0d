"""*Try it*: a draft is played without a message or a row."""
