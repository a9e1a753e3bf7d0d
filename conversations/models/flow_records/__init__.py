"""What is recorded about flows: the changes of their drafts."""
