"""Services of series: their life, their steps, and who is in them."""
