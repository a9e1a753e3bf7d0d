"""Videos that digital humans speak."""

from avatars.models.renders.queries import BY_MEMBER, CONSENTS, SAID_BY_MEMBERS, RenderQuerySet, rests_on
from avatars.models.renders.render import (
    RECORDED,
    STREAMS,
    WITHHELD,
    Render,
    new_content_id,
    recording_name,
)

__all__ = [
    "BY_MEMBER",
    "CONSENTS",
    "RECORDED",
    "SAID_BY_MEMBERS",
    "STREAMS",
    "WITHHELD",
    "Render",
    "RenderQuerySet",
    "new_content_id",
    "recording_name",
    "rests_on",
]
