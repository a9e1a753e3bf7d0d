"""Services with OpenAI's protocol: how they are called, and what they may cost in a day."""
