"""Record consents to be shown and heard, and withdraw them."""

import hashlib
import logging
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from avatars.exceptions import ConsentError
from avatars.models import WITHHELD, Consent, DigitalHuman, Likeness, Render, Rendition, Voice
from avatars.reasons import render as reasons
from avatars.rendering import live_stream
from avatars.services.erasure import forget_person
from avatars.services.playback.previews import forget_video_preview
from avatars.signals import consent_withdrawn, render_finished
from core.evidence.stated_reasons import has_words, plain_reason

logger = logging.getLogger(__name__)

FILES = ("video", "captions", "translated_captions", "poster")


class VideoRetention(models.TextChoices):
    """The fate of the videos under a consent that is withdrawn."""

    DELETE = "delete", _("delete the videos")
    KEEP = "keep", _("keep the videos as evidence: only staff can watch them")


@dataclass(frozen=True, kw_only=True)
class WithdrawalResult:
    """The numbers of renders that a withdrawal cancelled, and of videos that it deleted or locked away."""

    cancelled: int
    videos: int


@transaction.atomic
def record_consent(
    *,
    person: str,
    digital_humans: Sequence[DigitalHuman] = (),
    voices: Sequence[Voice] = (),
    purposes: Iterable[str],
    evidence: Any,
    by: str,
    reference: str = "",
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Consent:
    """Record that a person agrees to be shown by these digital humans, as they are now, and heard with these voices.

    `evidence` is a validated upload, `by` the name of the user who records it.
    """
    digest = hashlib.sha256()
    for chunk in evidence.chunks():
        digest.update(chunk)
    evidence.seek(0)
    consent = Consent.objects.create(
        person=person,
        reference=reference,
        purposes=sorted(purposes),
        evidence=evidence,
        evidence_sha256=digest.hexdigest(),
        valid_from=valid_from or timezone.localdate(),
        valid_until=valid_until,
        recorded_by=by,
    )
    Likeness.objects.bulk_create(
        Likeness(consent=consent, digital_human=human, portrait=str(human.portrait.name)) for human in digital_humans
    )
    Likeness.objects.bulk_create(Likeness(consent=consent, voice=voice, voice_key=voice.identity) for voice in voices)
    logger.info("A consent was recorded.", extra={"consent": consent.pk})
    return consent


@transaction.atomic
def withdraw_consent(
    consent: Consent, *, by: str, reason: str = "", videos: str = VideoRetention.DELETE, now: datetime | None = None
) -> WithdrawalResult:
    """End a consent at once: its renders are cancelled, its videos deleted or locked away, and nothing more is sent.

    The picture is deleted, unless another consent covers it, and so is the speech of a cloned voice; see `erasure`. The
    evidence stays. `consent_withdrawn` tells the apps above about messages that were sent. Raises `ConsentError` if it
    was withdrawn before.
    """
    consent = Consent.objects.select_for_update().get(pk=consent.pk)
    if consent.withdrawn_at is not None:
        message = gettext("This consent was withdrawn before.")
        raise ConsentError(message, code="withdrawn_before", remedy=gettext("There is nothing left to do."))
    if reason.strip() and not has_words(reason):
        message = gettext("This is no reason.")
        raise ConsentError(message, code="reason_missing", field="reason", remedy=gettext("Give it in words, or none."))
    reason = plain_reason(reason)
    consent.withdrawn_at, consent.withdrawn_by, consent.withdrawn_reason = now or timezone.now(), by, reason
    consent.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    # Unfinished renders first: one that finishes meanwhile is among the finished ones.
    renders = Render.objects.resting_on(consent).order_by("pk")
    cancelled = sum(_cancel(render, consent) for render in renders.filter(status__in=Render.UNFINISHED))
    made = list(renders.filter(status=Render.Status.DONE).exclude(video=""))
    for render in made:
        _put_away(render, _reason(render, consent), keep=videos == VideoRetention.KEEP)
    forget_person(consent)
    consent_withdrawn.send(Consent, consent=consent)
    counts = {"cancelled": cancelled, "videos": len(made)}
    logger.info(
        "A consent was withdrawn.", extra={"consent": consent.pk, "kept": videos == VideoRetention.KEEP, **counts}
    )
    return WithdrawalResult(cancelled=cancelled, videos=len(made))


def _reason(render: Render, consent: Consent) -> str:
    """The reason code: the consent of a person shown, or of a voice alone."""
    shown = consent.pk in (render.consent_id, render.partner_consent_id)
    return reasons.Reason.CONSENT_WITHDRAWN if shown else reasons.Reason.VOICE_CONSENT_WITHDRAWN


def _cancel(render: Render, consent: Consent) -> bool:
    cancelled = render.cancel(_reason(render, consent))
    if cancelled:
        live_stream.forget(render)
        render_finished.send(Render, render=render)
    return cancelled


def _put_away(render: Render, reason: str, *, keep: bool) -> None:
    """Delete the files of a video, or move them to where no link leads and only staff may watch."""
    folder = f"{WITHHELD}/{secrets.token_hex(16)}"
    changes = {name: _moved(str(getattr(render, name) or ""), folder, keep=keep) for name in FILES}
    transaction.on_commit(partial(forget_video_preview, render), robust=True)
    live_stream.forget(render)
    Render.objects.filter(pk=render.pk).update(reason=reason, **changes)
    for small in render.renditions.filter(status__in=Rendition.UNFINISHED):
        small.cancel(reason)
    for small in render.renditions.exclude(video=""):
        _moved(str(small.video), folder, keep=False)
        Rendition.objects.filter(pk=small.pk).update(video="", reason=reason)


def _moved(name: str, folder: str, *, keep: bool) -> str:
    """The new name of a file, "" for none. The old one is deleted on commit."""
    if not name:
        return ""
    transaction.on_commit(partial(default_storage.delete, name), robust=True)
    if not keep or not default_storage.exists(name):
        return ""
    with default_storage.open(name) as file:
        return default_storage.save(f"{folder}/{PurePosixPath(name).name}", file)
