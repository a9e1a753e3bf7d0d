"""Personal data: one registry of the data that each model holds about people, with retention, export and erasure."""
