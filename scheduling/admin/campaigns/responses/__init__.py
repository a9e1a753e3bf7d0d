"""Pages on the responses of members to a campaign: charts, and the list of those who have not confirmed."""
