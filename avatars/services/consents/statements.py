"""State that a picture is drawn or a voice synthetic, and withdraw that. Callers check the right to record consents."""

import hashlib
import logging
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from avatars.exceptions import ConsentError
from avatars.models import BUILT_IN, OURS, OURSELVES, DigitalHuman, Render, Statement, Voice
from avatars.services.portraits import examine_portrait

logger = logging.getLogger(__name__)

MAX_BYTES = 10 * 1024 * 1024


def looks_photographed(human: DigitalHuman) -> bool | None:
    """What the measurement of its portrait says; None where the picture cannot be measured."""
    try:
        with default_storage.open(str(human.portrait.name)) as file:
            return examine_portrait(file.read(MAX_BYTES + 1)).photographic
    except OSError:
        return None


def check_drawn(photographic: bool | None, reason: str) -> None:
    """Raise `ConsentError` where a statement that a picture is drawn needs a reason and has none.

    It needs one unless the measurement says that the picture looks drawn.
    """
    if photographic is not False and not reason.strip():
        words = _("The picture looks like a photograph. Say why it shows no real person.")
        raise _reason_missing(words)


def declare_drawn(human: DigitalHuman, *, by: str, reason: str = "", photographic: bool | None = None) -> Statement:
    """State that the portrait of a digital human shows no real person; the statement that there is, if there is one.

    `by` is the name of the user or program that states it. `photographic` is what the measurement said
    (`looks_photographed`). Raises `ConsentError` where a reason is needed.
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
    if voice.engine != OURS and not reason.strip():
        raise _reason_missing(_("Say how you know that it is no real person's voice."))
    return _record({"voice": voice, "voice_key": voice.identity}, reason=reason, by=by)


def declare_built_in(voice: Voice) -> Statement:
    """State of a voice of the built-in engine, which knows only synthetic ones, that it is one."""
    return declare_synthetic(voice, by=OURSELVES, reason=BUILT_IN)


@transaction.atomic
def withdraw_statements(subject: DigitalHuman | Voice, *, by: str) -> int:
    """End what was stated about a digital human's picture, or a voice, as it is now. Returns how many there were.

    Videos that rest on it are neither made nor sent any more, unless a consent covers them.
    """
    rows = Statement.objects
    kept = rows.about_picture(subject) if isinstance(subject, DigitalHuman) else rows.about_voice(subject)
    count = kept.update(withdrawn_at=timezone.now(), withdrawn_by=by)
    if count:
        logger.info("A statement was withdrawn.", extra={"count": count})
    return count


@transaction.atomic
def _record(about: dict[str, Any], **fields: Any) -> Statement:
    found = {"reason": fields.pop("reason").strip()[:300], "recorded_by": fields.pop("by"), **fields}
    statement, is_new = Statement.objects.get_or_create(**about, withdrawn_at=None, defaults=found)
    if is_new and statement.digital_human is not None:
        # Its videos of this picture rest on it from now on.
        renders = Render.objects.filter(digital_human=statement.digital_human, consent=None)
        renders.filter(recipe__portrait=statement.portrait).update(statement=statement)
        dialogues = Render.objects.filter(partner=statement.digital_human, partner_consent=None)
        dialogues.filter(recipe__partner__portrait=statement.portrait).update(partner_statement=statement)
    if is_new:
        logger.info("A statement was recorded.", extra={"statement": statement.pk})
    return statement


def _reason_missing(words: str) -> ConsentError:
    return ConsentError(words, code="reason_missing", field="origin_reason", remedy=_("Give the reason."))
