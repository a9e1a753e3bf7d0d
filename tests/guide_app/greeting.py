"""The guide's example 1: simple text response."""

from conversations.services import process_with_ai
from wecom.bot import bot

# User sends: "Hello"
# Bot responds with digital human greeting

@bot.on_message("text")
async def handle_greeting(message):
    if "hello" in message.content.lower():
        return "Hello! I'm your AI digital human assistant. How can I help you today?"
    return await process_with_ai(message.content)
