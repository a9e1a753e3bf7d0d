"""The base of all kinds of steps, the parts of their declaration, and the registry of kinds."""
