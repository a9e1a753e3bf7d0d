"""The guide's features 1 to 4: calls from anywhere in a program."""

from conversations.services import generate_and_send_video
from wecom.bot import (
    send_file_message,
    send_image_message,
    send_text_card,
    send_text_message,
    send_video_message,
)


async def text_message():
    # Send text message
    await send_text_message(
        user_id="UserID",
        content="Hello from OpenUser!"
    )


async def rich_media():
    # Send image
    await send_image_message(
        user_id="UserID",
        media_id="MEDIA_ID"
    )

    # Send video
    await send_video_message(
        user_id="UserID",
        media_id="VIDEO_MEDIA_ID",
        title="Generated Video",
        description="Digital human video"
    )

    # Send file
    await send_file_message(
        user_id="UserID",
        media_id="FILE_MEDIA_ID"
    )


async def interactive_card():
    await send_text_card(
        user_id="UserID",
        title="Digital Human Options",
        description="Choose an action:",
        url="https://your-domain.com/actions",
        btn_text="View Options"
    )


async def digital_human():
    # Generate video from text
    await generate_and_send_video(
        user_id="UserID",
        digital_human_id=1,
        text="Hello! This is a message from your digital human.",
        mode="enhanced_talking_head"
    )
