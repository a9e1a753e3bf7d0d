"""Mailings, which are campaigns and series: approved, started, paused, previewed, sent once more."""
