"""Rules for drafts that look beyond one text: at choices, and at what starts a flow."""
