"""Browser tests of what members and HR do in conversations."""
