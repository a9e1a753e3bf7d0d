"""What a kind of step is, the parts of its declaration, and where kinds are found."""
