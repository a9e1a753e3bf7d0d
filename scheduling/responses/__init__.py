"""What members do with messages of campaigns: cards, links and replies, and the figures of a run."""
