"""Whether a digital human may be shown and heard: a photograph's face and a cloned voice need a consent.

A face is a photograph and a voice is cloned unless a statement says otherwise.

Checked when a video is requested, when a worker begins it, before it is stored and before it is sent.
"""

from avatars.consent.decisions import (
    ConsentDecision,
    check,
    covering_consent,
    covering_narration_consent,
    covering_voice_consent,
    decide,
    decide_for_render,
    is_cloned,
)
from avatars.consent.filters import (
    allowed_humans,
    allowed_renders,
    annotate_consents,
    annotate_render_counts,
    annotate_voice_consents,
    engine_voice_allowed,
    human_allowed,
    human_voice_allowed,
    is_drawn,
    is_synthetic,
    voice_allowed,
)
from avatars.consent.refusals import (
    consent_error,
    is_consent_reason,
)

__all__ = [
    "ConsentDecision",
    "allowed_humans",
    "allowed_renders",
    "annotate_consents",
    "annotate_render_counts",
    "annotate_voice_consents",
    "check",
    "consent_error",
    "covering_consent",
    "covering_narration_consent",
    "covering_voice_consent",
    "decide",
    "decide_for_render",
    "engine_voice_allowed",
    "human_allowed",
    "human_voice_allowed",
    "is_cloned",
    "is_consent_reason",
    "is_drawn",
    "is_synthetic",
    "voice_allowed",
]
