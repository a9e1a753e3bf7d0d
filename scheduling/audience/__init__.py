"""To whom something goes, and what is known about each of them: audiences, uploaded lists, variables."""
