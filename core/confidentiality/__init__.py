"""Who may read what members tell the digital human, and the records of who has read it."""
