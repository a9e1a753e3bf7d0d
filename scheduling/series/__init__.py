"""Series: who comes into one, whose turn it is at which step, and the conditions that end it for a member."""
