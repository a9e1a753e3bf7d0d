"""Explains why a message was sent, in sentences with links, from the cause that `delivery.causes` has kept with it."""
