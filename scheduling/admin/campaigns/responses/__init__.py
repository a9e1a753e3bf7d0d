"""Pages on what members did with a campaign: charts of it, and who has not confirmed."""
