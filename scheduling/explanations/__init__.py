"""*Why?* of messages of campaigns and series: who planned and approved it, how a member came into it."""
