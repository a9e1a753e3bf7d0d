"""News of WeChat Work, sent inside the transaction that settles."""

from django.dispatch import Signal

message_sent = Signal()
"""A code handler's answer was queued: `application`, `member`, `content`, `outbound`, `cid`."""

outbound_settled = Signal()
"""An Outbound reached its end: `outbound`."""

media_downloaded = Signal()
"""What a member sent was fetched, or cannot be: `download`, which has ended."""

member_limited = Signal()
"""Somebody asks for more than is served in a minute, and is to be told once: `callback`, the first that was kept."""

video_too_large = Signal()
"""A video has more bytes than the platform takes: `upload`, `limit`. Who hears it calls `services.fitted` or
`services.unfitted`, now or later, and is asked again until then. Where nobody listens, such files are refused."""

page_wanted = Signal()
"""A message whose video can only be a link is about to go out: `message` (an `Outbound` or a `GroupMessage`). Who hears
it gives it a card that leads to the video, with `services.reshape`."""

program_sent = Signal()
"""Code sent something of its own accord, in the transaction that queues it: `outbound`, `text` as a person reads it."""
