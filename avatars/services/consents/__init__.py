"""What lets a person's face or voice be used: their consent, or a statement that it is no real person's."""
