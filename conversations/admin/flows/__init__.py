"""Flows in the admin: drafts, steps, versions, and the page to try a draft on."""
