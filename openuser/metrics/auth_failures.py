"""Metrics of the installation itself."""

from core.metrics.counts import Counter

AUTH_FAILURES = Counter(
    name="openuser_auth_failures_total",
    words="Wrong passwords of staff, and invalid tokens of the API.",
    known=((),),
)
