"""Explains why a message was sent, in sentences with links: reads what `delivery.causes` has kept with it."""
