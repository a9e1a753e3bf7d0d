"""Hands of our half-body drawings that gesture with the words: which, when, and how they are drawn."""
