"""Signals of scheduling, sent inside the transaction that settles."""

from django.dispatch import Signal

campaign_started = Signal()
"""A run of a campaign began: `run`."""

campaign_finished = Signal()
"""All members of a run have an outcome: `run`."""

campaign_stopped = Signal()
"""A campaign was paused or cancelled, by a person or by its errors: `campaign`, `reason`, `why`."""

deliveries_settled = Signal()
"""A call of a campaign has ended: `batch`, `outbound`, `sent` and `failed`, the numbers of its members."""
