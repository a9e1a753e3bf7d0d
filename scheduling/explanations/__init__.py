"""*Why?* of messages of campaigns, series and schedules: who planned and approved it, how a member came into it."""
