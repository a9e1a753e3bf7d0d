"""The guide's example 2: video generation workflow."""

from conversations.services import generate_digital_human_video
from wecom.bot import bot, send_text_message, send_video_message, upload_video

# User sends: "/video Tell me about OpenUser"
# Bot generates and sends video

@bot.on_command("/video")
async def video_workflow(message):
    text = message.get_command_args()

    if not text:
        return "Please provide text for the video. Usage: /video <your text>"

    # Send processing message
    await send_text_message(
        user_id=message.from_user_id,
        content="Generating video... This may take a moment."
    )

    # Generate video
    video_path = await generate_digital_human_video(
        digital_human_id=1,
        text=text,
        mode="enhanced_talking_head"
    )

    # Upload to WeChat Work
    media_id = await upload_video(video_path)

    # Send video
    await send_video_message(
        user_id=message.from_user_id,
        media_id=media_id,
        title="Your Digital Human Video",
        description=text[:50]
    )

    return "Video sent successfully!"
