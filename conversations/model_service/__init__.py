"""Services with OpenAI's protocol: how they are called."""
