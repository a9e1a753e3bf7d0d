"""Members in series: how each comes in, and the conditions that end it for them."""
