"""Cards of campaigns as people fill them in."""
