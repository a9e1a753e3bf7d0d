"""Digital humans, voices, engines and renders as the API shows and takes them."""

from avatars.serializers.engines import EngineSerializer
from avatars.serializers.fields import ScriptField
from avatars.serializers.humans import (
    CheckedDigitalHumanSerializer,
    DigitalHumanSerializer,
    ExaminedSerializer,
    VoiceSerializer,
)
from avatars.serializers.renders import (
    RecordingRequestSerializer,
    RenderProgressSerializer,
    RenderRequestSerializer,
    RenderSerializer,
)

__all__ = [
    "CheckedDigitalHumanSerializer",
    "DigitalHumanSerializer",
    "EngineSerializer",
    "ExaminedSerializer",
    "RecordingRequestSerializer",
    "RenderProgressSerializer",
    "RenderRequestSerializer",
    "RenderSerializer",
    "ScriptField",
    "VoiceSerializer",
]
