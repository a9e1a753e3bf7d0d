"""Services with OpenAI's protocol: their calls, and their cost limits of a day."""
