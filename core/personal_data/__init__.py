"""Personal data: one registry of what every model holds about people, with its retention, export and erasure."""
