"""Signals of WeChat Work, sent inside the transaction that settles."""

from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.dispatch import Signal


@dataclass(frozen=True, kw_only=True)
class Author:
    """Who changes the facts of members: an account, or a client of the REST API, which is none."""

    by: AbstractBaseUser | None = None
    over_api: bool = False


message_sent = Signal()
"""A code handler's answer was queued: `application`, `member`, `content`, `outbound`, `cid`."""

outbounds_settled = Signal()
"""Outbounds reached their end, all of them in this transaction: `outbounds`. A batch sends it once."""

recall_settled = Signal()
"""A recall succeeded, or failed for good: `recall`."""

media_downloaded = Signal()
"""The download of a member's file succeeded or failed: `download`."""

member_limited = Signal()
"""A member exceeded the rate limit and must be notified once: `callback`, the first one over the limit."""

handlers_asked = Signal()
"""A callback is about to be given to code handlers: `callback`. A receiver returns True where a person answers the
member, so that only handlers registered with `always=True` are asked."""

video_too_large = Signal()
"""A video has more bytes than the platform takes: `upload`, `limit`. A receiver calls `services.compression_done` or
`services.compression_failed`, now or later; the signal is sent again until then. Without receivers, such files are
refused."""

page_wanted = Signal()
"""A message whose video can only be a link is about to go out: `message` (`Outbound` or `GroupMessage`). A receiver
gives it a card that leads to the video, with `services.replace_content`."""

program_sent = Signal()
"""Code sent a message of its own accord, in the transaction that queues it: `outbound`, `text` in readable form."""

language_chosen = Signal()
"""The language of members was set or cleared: `before`, the languages that they had by their primary keys, and `author`
(`Author`), None where the sender records the change itself."""

fact_definition_removing = Signal()
"""A fact of the company's own is about to be deleted, or a page asks before: `definition`. A receiver returns where the
fact is used, in words, such as the names of segments."""

push_wanted = Signal()
"""Something is about to go out that is no reply: `application`. A receiver returns whether all of that is stopped."""
