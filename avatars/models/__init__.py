"""Digital humans and the videos they speak, in rows."""

import core.django_setup  # raises an error with a remedy where Django is not set up
from avatars.models.consents import EVIDENCE, Consent, Likeness
from avatars.models.engines import EngineFailure
from avatars.models.humans import (
    CaptionStyle,
    DigitalHuman,
    LogoCorner,
    RenderMode,
    VideoFormat,
    portrait_name,
    scenery_name,
)
from avatars.models.lexicon import LexiconEntry
from avatars.models.narrations import Narration
from avatars.models.portrait_videos import PortraitVideo
from avatars.models.presentations import (
    CaptionLanguages,
    Presentation,
    PresentationScene,
    PresentationVariable,
    SceneLayout,
)
from avatars.models.renders import (
    BY_MEMBER,
    CONSENTS,
    RECORDED,
    SAID_BY_MEMBERS,
    STREAMS,
    WITHHELD,
    Render,
    new_content_id,
    rests_on,
)
from avatars.models.renditions import Rendition
from avatars.models.stages import Outcome, Stage, StageRun
from avatars.models.statements import BEFORE, BUILT_IN, OURSELVES, Statement
from avatars.models.streams import StreamIndex, StreamState, stream_index
from avatars.models.templates import RenderTemplate, TemplateVariable, Variable
from avatars.models.voices import OURS, SpokenMood, Voice, voice_identity

__all__ = [
    "BEFORE",
    "BUILT_IN",
    "BY_MEMBER",
    "CONSENTS",
    "EVIDENCE",
    "OURS",
    "OURSELVES",
    "RECORDED",
    "SAID_BY_MEMBERS",
    "STREAMS",
    "WITHHELD",
    "CaptionLanguages",
    "CaptionStyle",
    "Consent",
    "DigitalHuman",
    "EngineFailure",
    "LexiconEntry",
    "Likeness",
    "LogoCorner",
    "Narration",
    "Outcome",
    "PortraitVideo",
    "Presentation",
    "PresentationScene",
    "PresentationVariable",
    "Render",
    "RenderMode",
    "RenderTemplate",
    "Rendition",
    "SceneLayout",
    "SpokenMood",
    "Stage",
    "StageRun",
    "Statement",
    "StreamIndex",
    "StreamState",
    "TemplateVariable",
    "Variable",
    "VideoFormat",
    "Voice",
    "new_content_id",
    "portrait_name",
    "rests_on",
    "scenery_name",
    "stream_index",
    "voice_identity",
]
