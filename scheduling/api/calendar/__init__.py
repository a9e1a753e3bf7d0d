"""Working days over REST."""
