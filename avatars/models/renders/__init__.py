"""Videos that digital humans speak."""

from avatars.models.renders.queries import CONSENTS, RenderQuerySet, rests_on
from avatars.models.renders.render import RECORDED, STREAMS, WITHHELD, Render, new_content_id, recording_name

__all__ = [
    "CONSENTS",
    "RECORDED",
    "STREAMS",
    "WITHHELD",
    "Render",
    "RenderQuerySet",
    "new_content_id",
    "recording_name",
    "rests_on",
]
