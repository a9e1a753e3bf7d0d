"""Digital humans and the videos they speak, in rows."""

from avatars.models.engines import EngineTrouble
from avatars.models.humans import CaptionStyle, DigitalHuman, RenderMode, VideoFormat, portrait_name, scenery_name
from avatars.models.renders import Render, Rendition, new_content_id
from avatars.models.voices import Voice

__all__ = [
    "CaptionStyle",
    "DigitalHuman",
    "EngineTrouble",
    "Render",
    "RenderMode",
    "Rendition",
    "VideoFormat",
    "Voice",
    "new_content_id",
    "portrait_name",
    "scenery_name",
]
