"""Documents that members ask: read in a process of their own, cut into passages, found and quoted."""
