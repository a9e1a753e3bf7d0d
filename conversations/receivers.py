"""Receivers of the signals of other apps. Each calls one service, which writes rows only."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from avatars.models import Consent, Narration, Render, Rendition
from avatars.signals import consent_withdrawn, narration_finished, render_finished, rendition_finished
from conversations import services
from wecom.models import Callback, Download, GroupMessage, Outbound, Upload
from wecom.signals import (
    Author,
    handlers_asked,
    language_chosen,
    media_downloaded,
    member_limited,
    message_sent,
    outbounds_settled,
    page_wanted,
    program_sent,
    video_too_large,
)


@receiver(render_finished)
def on_render_finished(render: Render, **_: Any) -> None:
    # After the commit: the render is locked here, and a member who cancels locks the conversation first, then the
    # render. If the process dies in between, the sweeper releases.
    transaction.on_commit(lambda: services.release(render), robust=True)


@receiver(rendition_finished)
def on_rendition_finished(rendition: Rendition, **_: Any) -> None:
    transaction.on_commit(lambda: services.release_rendition(rendition), robust=True)


@receiver(narration_finished)
def on_narration_finished(narration: Narration, **_: Any) -> None:
    transaction.on_commit(lambda: services.release_narration(narration), robust=True)


@receiver(consent_withdrawn)
def on_consent_withdrawn(consent: Consent, **_: Any) -> None:
    # After the commit, for the same reason; if the process dies in between, the sweeper recalls.
    transaction.on_commit(services.recall_withdrawn, robust=True)


@receiver(video_too_large, sender=Upload)
def on_video_too_large(upload: Upload, **_: Any) -> None:
    services.compress_upload(upload)


@receiver(page_wanted)
def on_page_wanted(message: Outbound | GroupMessage, **_: Any) -> None:
    services.show_on_page(message)


@receiver(outbounds_settled)
def on_outbounds_settled(outbounds: Sequence[Outbound], **_: Any) -> None:
    services.follow_up(outbounds)
    for outbound in outbounds:
        services.follow_card(outbound)


@receiver(media_downloaded)
def on_media_downloaded(download: Download, **_: Any) -> None:
    # After the commit, since it locks a conversation; if the process dies in between, the sweeper passes it on.
    transaction.on_commit(lambda: services.pass_on_files(download), robust=True)


@receiver(handlers_asked)
def on_handlers_asked(callback: Callback, **_: Any) -> bool:
    return services.is_answered_by_person(callback)


@receiver(message_sent)
def on_message_sent(callback: Callback, text: str, outbounds: list[Outbound], **_: Any) -> None:
    services.record_answer(callback, text, outbounds)


@receiver(member_limited)
def on_member_limited(callback: Callback, **_: Any) -> None:
    services.notify_rate_limit(callback)


@receiver(language_chosen)
def on_language_chosen(before: Mapping[int, str], author: Author | None, **_: Any) -> None:
    services.follow_languages(before, author)


@receiver(program_sent)
def on_program_sent(outbound: Outbound, text: str, **_: Any) -> None:
    services.record_sent_by_code(outbound, text)
