"""*Why?* of what campaigns, series and schedules send: who planned and approved it, how a member came into it."""
