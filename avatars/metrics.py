"""Metrics of videos."""

from core.metrics.counts import Counter, Histogram
from core.metrics.levels import Level

RENDER_PACE = Histogram(
    name="openuser_render_seconds_per_output_second",
    words="Seconds of work for each second of a finished video.",
    limits=(0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30),
)
"""Seconds of work to a second of video."""
GPU_FALLBACKS = Counter(
    name="openuser_gpu_fallback_total",
    words="Videos for which another render engine stepped in, as for one whose GPU is gone, by why.",
    labels=("reason",),
)
GPU_MEMORY = Level(
    name="openuser_gpu_memory_bytes",
    words="Memory of a graphics card when a render worker last used it: what was used by all, and what it has.",
    labels=("machine", "card", "state"),
)
LABEL_FAILURES = Counter(
    name="openuser_label_verify_failures_total",
    words="Finished videos that were not sent, because their AI label was missing.",
    known=((),),
)
CONSENT_DENIALS = Counter(
    name="openuser_consent_denied_total",
    words="Videos that were not made, because a consent was missing or withdrawn.",
    known=((),),
)
