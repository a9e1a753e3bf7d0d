"""Rules for drafts, one subject each: `lint` has those that hold for every step."""
