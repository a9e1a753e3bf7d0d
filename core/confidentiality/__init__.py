"""The right to read members' messages to the digital human, and the record of each reading."""
