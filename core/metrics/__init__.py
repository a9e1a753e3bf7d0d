"""What processes count and measure: each does so in memory, and writes it to rows that all processes share."""
