"""Digital humans, voices, engines and renders as the API shows and takes them."""

from avatars.api.serializers.engines import EngineSerializer
from avatars.api.serializers.fields import ScriptField
from avatars.api.serializers.humans import (
    CheckedDigitalHumanSerializer,
    DigitalHumanSerializer,
    ExaminedSerializer,
    VoiceSerializer,
)
from avatars.api.serializers.renders import (
    RecordingRequestSerializer,
    RenderProgressSerializer,
    RenderRequestSerializer,
    RenderSerializer,
)
from avatars.api.serializers.statements import StatementSerializer

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
    "StatementSerializer",
    "VoiceSerializer",
]
