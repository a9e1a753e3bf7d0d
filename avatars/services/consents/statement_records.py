"""State that a picture is drawn or a voice synthetic, and withdraw that. Callers check the right to record consents."""

import hashlib
import logging
from collections.abc import Iterator
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from avatars.exceptions import ConsentError
from avatars.models import BUILT_IN, OURS, OURSELVES, DigitalHuman, Render, Statement, Voice
from avatars.services.portraits import examine_portrait
from core.evidence.stated_reasons import has_words, plain_reason
from core.parties.acting_client import acting_client

logger = logging.getLogger(__name__)

MAX_BYTES = 10 * 1024 * 1024  # bytes: as of a portrait, `image_file.MAX_BYTES`


def looks_photographed(human: DigitalHuman) -> bool:
    """Whether its portrait measures as a photograph; true too if it cannot be measured, which proves nothing."""
    try:
        return _measured(str(human.portrait.name))
    except OSError:
        return True


def measure_pictures(*, most: int = 20) -> int:
    """Measure pictures that were stated to be drawn and never measured, as before an update. Returns their number.

    A picture that looks photographed is hidden from then on, until a second person confirms it or a consent covers it.
    """
    count = 0
    for statement in Statement.objects.unmeasured().order_by("pk")[:most]:
        try:
            looks = _measured(statement.portrait)
        except OSError:
            if default_storage.exists(statement.portrait):
                continue  # the storage is away: the next pass measures it
            looks = True  # nothing is left to look at, and nothing can be shown
        count += Statement.objects.unmeasured().filter(pk=statement.pk).update(looks_photographed=looks)
        if looks:
            told = {"statement": statement.pk}
            logger.warning("A picture that was stated to be drawn looks photographed.", extra=told)
    return count


def _measured(name: str) -> bool:
    with default_storage.open(name) as file:
        return examine_portrait(file.read(MAX_BYTES + 1)).photographic is not False


def check_drawn(photographic: bool | None, reason: str) -> None:
    """Raise `ConsentError` where a statement that a picture is drawn needs a reason and has none.

    It needs one unless the measurement says that the picture looks drawn.
    """
    if photographic is not False and not has_words(reason):
        message = _("The picture looks like a photograph. Say why it shows no real person.")
        raise _reason_missing(message)


def declare_drawn(human: DigitalHuman, *, by: str, reason: str = "", photographic: bool | None = None) -> Statement:
    """State that the portrait of a digital human shows no real person; returns the existing statement if there is one.

    `by` is the name of the user or program that states it. `photographic` is the result of `looks_photographed`.
    Raises `ConsentError` where a reason is needed.
    """
    check_drawn(photographic, reason)
    with default_storage.open(str(human.portrait.name)) as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    about: dict[str, Any] = {"digital_human": human, "portrait": str(human.portrait.name)}
    facts = {"sha256": sha256, "looks_photographed": photographic}
    return _record(about, reason=reason, by=by, **facts)


def declare_synthetic(voice: Voice, *, by: str, reason: str = "") -> Statement:
    """State that a voice is synthetic. Returns the present statement, if there is one.

    Raises `ConsentError` where a reason is needed: for voices of any engine but the built-in one.
    """
    if voice.engine != OURS and not has_words(reason):
        raise _reason_missing(_("Say how you know that it is no real person's voice."))
    return _record({"voice": voice, "voice_key": voice.identity}, reason=reason, by=by)


def declare_built_in(voice: Voice) -> Statement:
    """State of a voice of the built-in engine, which knows only synthetic ones, that it is one."""
    return declare_synthetic(voice, by=OURSELVES, reason=BUILT_IN)


@transaction.atomic
def confirm_drawn(statement: Statement, *, by: str, how: str, evidence: Any = None, link: str = "") -> Statement:
    """Confirm as a second person that a picture that looks like a photograph is drawn: how one knows, and evidence.

    `evidence` is a validated upload; a `link` does as well. Raises `ConsentError` where a program asks, where the same
    person stated it or brought the picture, by their account or by a program whose token they hold, where nothing is to
    be confirmed any more, and without words or evidence.
    """
    if acting_client() is not None:
        message, remedy = _("A person confirms it, not a program."), _("Let a second person do it.")
        raise ConsentError(message, code="person_needed", remedy=remedy)
    rows = Statement.objects.select_for_update(of=("self",))
    row = rows.select_related("digital_human__portrait_holder", "holder").get(pk=statement.pk)
    if row.state != Statement.State.UNCONFIRMED or row.digital_human is None:
        message = _("There is nothing to confirm: the picture has changed, or it was confirmed or withdrawn.")
        raise ConsentError(message, code="nothing_to_confirm", remedy=_("Load the page again."))
    if by.casefold() in {name.casefold() for name in _first_persons(row, row.digital_human)}:
        message = _("You stated it yourself or brought the picture, perhaps by a program whose token you hold.")
        raise ConsentError(message, code="same_person", remedy=_("Let another person confirm it."))
    if not has_words(how):
        message = _("Say how you know that it shows no real person.")
        raise ConsentError(message, code="reason_missing", field="confirmation", remedy=_("Give the reason in words."))
    if not evidence and not link:
        message = _("There is no evidence.")
        raise ConsentError(
            message, code="evidence_missing", field="evidence", remedy=_("Bring a file, or name a link.")
        )
    row.confirmed_by, row.confirmed_at, row.confirmation = by[:150], timezone.now(), plain_reason(how)[:300]
    row.evidence_link = link
    if evidence:
        row.evidence_sha256 = hashlib.sha256(b"".join(evidence.chunks())).hexdigest()
        evidence.seek(0)
        row.evidence = evidence
    row.save()
    logger.info("A statement was confirmed.", extra={"statement": row.pk})
    return row


def _first_persons(row: Statement, human: DigitalHuman) -> Iterator[str]:
    """The parties: the author, the uploader of the picture or of its video, and the holder of a program's token."""
    videos = human.portrait_videos.filter(still=row.portrait).select_related("holder")
    done = [(row.recorded_by, row.holder), (human.portrait_by, human.portrait_holder)]
    for name, holder in [*done, *((video.requested_by, video.holder) for video in videos)]:
        yield from filter(None, (name, holder.get_username() if holder else ""))


@transaction.atomic
def withdraw_statements(subject: DigitalHuman | Voice, *, by: str) -> int:
    """End the statements about a digital human's picture, or a voice, as it is now. Returns their number.

    Videos that rest on them are neither made nor sent any more, unless a consent covers them.
    """
    rows = Statement.objects
    kept = rows.about_picture(subject) if isinstance(subject, DigitalHuman) else rows.about_voice(subject)
    count = kept.update(withdrawn_at=timezone.now(), withdrawn_by=by)
    if count:
        logger.info("A statement was withdrawn.", extra={"count": count})
    return count


@transaction.atomic
def _record(about: dict[str, Any], **fields: Any) -> Statement:
    values = {"reason": plain_reason(fields.pop("reason"))[:300], "recorded_by": fields.pop("by"), **fields}
    statement, is_new = Statement.objects.get_or_create(**about, withdrawn_at=None, defaults=values)
    if is_new and statement.digital_human is not None:
        # Its videos of this picture rest on it from now on.
        renders = Render.objects.filter(digital_human=statement.digital_human, consent=None)
        renders.filter(recipe__portrait=statement.portrait).update(statement=statement)
        dialogues = Render.objects.filter(partner=statement.digital_human, partner_consent=None)
        dialogues.filter(recipe__partner__portrait=statement.portrait).update(partner_statement=statement)
    if is_new:
        logger.info("A statement was recorded.", extra={"statement": statement.pk})
    return statement


def _reason_missing(message: str) -> ConsentError:
    return ConsentError(message, code="reason_missing", field="origin_reason", remedy=_("Give the reason in words."))
