"""The guide's troubleshooting and testing: a fresh token, an upload that may fail, a script of one's own."""

import logging

from wecom.auth import get_access_token
from wecom.bot import send_text_message, upload_video

logger = logging.getLogger(__name__)


async def refresh_token(corp_id, corp_secret):
    # Refresh access token
    access_token = await get_access_token(corp_id, corp_secret)
    return access_token


async def upload_or_apologise(user_id, video_path):
    # Upload with error handling
    try:
        media_id = await upload_video(video_path)
    except Exception as e:
        logger.error(f"Video upload failed: {e}")
        # Fallback to text message
        await send_text_message(user_id, "Video generation completed but upload failed")
