"""A part dies at a named point of the code, or between two acts of a member."""
