"""Faults that a careless change could bring, planted one at a time, and whether the tests catch them."""
