"""Digital humans and the videos they speak, in rows."""

from avatars.models.humans import DigitalHuman, RenderMode, Voice, portrait_name
from avatars.models.renders import Render, Rendition, new_content_id

__all__ = ["DigitalHuman", "Render", "RenderMode", "Rendition", "Voice", "new_content_id", "portrait_name"]
