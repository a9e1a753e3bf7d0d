"""Counters and histograms: each process counts in memory, and adds its counts to rows that all processes share."""
