"""Processes that OpenUser brings along: how they start, how they end, and that none outlives its owner."""
