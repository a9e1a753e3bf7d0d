"""Records about flows: the changes of their drafts, and the ways of their sessions."""
