"""Who acts: a person, or a program for which a person answers."""
