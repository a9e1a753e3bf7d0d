"""People who answer members: operators and their groups, the desk, and the report of tickets."""
