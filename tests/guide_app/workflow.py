"""The guide's example 4: interactive workflow."""

from conversations.services import generate_and_send_video
from wecom.bot import bot

# Multi-step conversation
user_states = {}

@bot.on_message("text")
async def interactive_workflow(message):
    user_id = message.from_user_id
    state = user_states.get(user_id, "idle")

    if state == "idle":
        if "create video" in message.content.lower():
            user_states[user_id] = "awaiting_text"
            return "Great! Please send me the text for your video."

    elif state == "awaiting_text":
        # Store text and ask for mode
        user_states[user_id] = {
            "state": "awaiting_mode",
            "text": message.content
        }
        return "Choose video quality:\n1. Basic\n2. Enhanced\n3. High Quality"

    elif isinstance(state, dict) and state["state"] == "awaiting_mode":
        mode_map = {"1": "lipsync", "2": "enhanced_lipsync", "3": "enhanced_talking_head"}
        mode = mode_map.get(message.content, "enhanced_talking_head")

        # Generate video
        await generate_and_send_video(
            user_id=user_id,
            digital_human_id=1,
            text=state["text"],
            mode=mode
        )

        user_states[user_id] = "idle"
        return "Video generated and sent!"

    return "I'm not sure what you mean. Type 'help' for assistance."
