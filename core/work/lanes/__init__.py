"""The lanes in which work runs: the stand-in for an empty bulk lane, and the niceness of bulk processes."""
