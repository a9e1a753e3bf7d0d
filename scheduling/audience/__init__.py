"""Recipients and the facts known about each of them: audiences, uploaded lists, variables."""
