"""Pages of campaigns: written, previewed, approved, started and followed."""
