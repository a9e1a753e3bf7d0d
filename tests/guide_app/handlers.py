"""The guide's “Advanced Configuration”, “Command Processing” and “Event Handling”: one app may have them all."""

from conversations.services import generate_response, generate_video
from wecom.bot import WeChatWorkBot

# Custom message handlers

bot = WeChatWorkBot()

@bot.on_message("text")
async def handle_text_message(message):
    """Handle text messages"""
    user_text = message.content
    # Process with digital human
    response = await generate_response(user_text)
    return response

@bot.on_message("image")
async def handle_image_message(message):
    """Handle image messages"""
    image_url = message.pic_url
    # Process image
    return "Image received and processed"

@bot.on_event("enter_agent")
async def handle_enter_agent(event):
    """Handle user entering the application"""
    return "Welcome to OpenUser! How can I help you today?"


@bot.on_command("/help")
async def help_command(message):
    """Handle /help command"""
    return """
    Available commands:
    /help - Show this help message
    /video <text> - Generate a video
    /status - Check system status
    """

@bot.on_command("/video")
async def video_command(message):
    """Handle /video command"""
    text = message.get_command_args()
    # Generate video
    video_url = await generate_video(text)
    return f"Video generated: {video_url}"


@bot.on_event("subscribe")
async def handle_subscribe(event):
    """Handle user subscription"""
    return "Thank you for subscribing to OpenUser!"

@bot.on_event("unsubscribe")
async def handle_unsubscribe(event):
    """Handle user unsubscription"""
    # Log unsubscription
    pass

@bot.on_event("click")
async def handle_menu_click(event):
    """Handle menu button clicks"""
    key = event.event_key
    if key == "GENERATE_VIDEO":
        return "Please send me the text for video generation"
