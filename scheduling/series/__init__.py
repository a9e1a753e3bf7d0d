"""Series: who comes into one, whose turn it is at which step, and what ends it for a member."""
