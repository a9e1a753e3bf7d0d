"""What members who talk to the digital human wait for."""
