"""Metrics of callbacks and of calls of WeChat Work. `tenant` is the ID of an application."""

from core.metrics.counts import Counter, Histogram
from core.metrics.levels import Level

RESULTS = ("ok", "dup", "stale", "suspect", "bad_sig", "bad_xml", "too_large", "unpersisted")
# Codes of the platform's own library that blame the XML. Whatever else is refused does not fit our keys.
BAD_XML = -40002

CALLBACKS = Counter(
    name="openuser_callback_requests_total",
    words="Callbacks by result; `unpersisted` is one that got no answer, since nothing could take it.",
    labels=("tenant", "result"),
    known=tuple(("", result) for result in RESULTS),
)
CALLBACK_SECONDS = Histogram(
    name="openuser_callback_seconds",
    words="Seconds from the arrival of a callback to its answer.",
    limits=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 4, 5),
)
COMMIT_BATCH = Histogram(
    name="openuser_callback_commit_batch_size",
    words="Callbacks that one commit recorded.",
    limits=(1, 2, 4, 8, 16, 32, 64, 128, 256),
)
CALLS = Counter(
    name="openuser_wecom_calls_total",
    words="Calls of WeChat Work, by interface and errcode; without an answer, why there was none.",
    labels=("api", "errcode"),
)
CALL_SECONDS = Histogram(
    name="openuser_wecom_seconds",
    words="Seconds that calls of WeChat Work took.",
    labels=("api",),
    limits=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
TOKEN_REFRESHES = Counter(
    name="openuser_token_refresh_total",
    words="Fetched access tokens, by result.",
    labels=("result",),
    known=(("ok",), ("failed",)),
)
AMBIGUOUS = Counter(
    name="openuser_outbox_ambiguous_total",
    words="Sends of which no answer came, so that they may have arrived.",
    known=((),),
)
CLOCK_SKEW = Level(
    name="openuser_clock_skew_seconds",
    words="Seconds by which the clock of a machine is ahead of another.",
    labels=("machine", "other"),
)
QUOTA_DELAYED = Counter(
    name="openuser_quota_delayed_total",
    words="Messages that waited for one of the platform's limits.",
    known=((),),
)


def count_refusal(tenant: str, code: int | str) -> None:
    """A callback was refused with this code."""
    CALLBACKS.add(tenant, "bad_xml" if code == BAD_XML else "bad_sig")
