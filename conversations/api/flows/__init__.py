"""Flows in the API: drafts, steps, files, figures, golden conversations, and moves of sessions."""
