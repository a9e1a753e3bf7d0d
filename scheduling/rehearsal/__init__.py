"""Rehearsals of the days to come: the functions that send, under a clock that is moved, in a database aside."""
