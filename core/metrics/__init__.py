"""Metrics of processes: each counts and measures in memory, and writes it to rows that all processes share."""
