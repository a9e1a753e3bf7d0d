"""Ask for words without a picture, and cancel that."""

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from avatars import consent as consents
from avatars.models import DigitalHuman, Narration
from avatars.rendering import recipes
from avatars.rendering.recipes import Recipe
from avatars.services.render_requests import check_script
from avatars.signals import narration_finished


@transaction.atomic
def request_narration(
    digital_human: DigitalHuman, text: str, *, recipe: Recipe | None = None, purpose: str = "", cid: str = ""
) -> Narration:
    """The narration of a text by the digital human: an equal one that is done or on its way, else a new, queued row.

    `recipe` is of the video that it replaces, `purpose` is one of `Consent.Purpose`. Raises `ScriptError` for a script
    that cannot be spoken, `ConsentError` for a cloned voice whose person has not agreed (any more).
    """
    text = check_script(text)
    heard = recipes.audible_part(recipe or recipes.freeze(digital_human, text, mode=digital_human.mode))
    consent = consents.covering_voice_consent(heard["speech_engine"], heard["voice"], purpose=purpose)
    heard = {key: value for key, value in heard.items() if key != "voice_consent"}
    if consent is not None:
        heard["voice_consent"] = consent.pk
    content_hash = recipes.digest(text, heard)
    shared = Narration.objects.filter(content_hash=content_hash, status__in=Narration.SHARED)
    # Locked until a message waits for it: a row without a waiting message may be ending at this moment.
    narration = shared.select_for_update(of=("self",)).first()
    if narration is not None and not _is_whole(narration):
        narration.restart(parts=[], seconds=None)
    if narration is not None:
        return narration
    narration = Narration(
        digital_human=digital_human,
        text=text,
        recipe=heard,
        voice_consent=consent,
        content_hash=content_hash,
        cid=cid,
    )
    try:
        with transaction.atomic():
            narration.save()
    except IntegrityError:
        return shared.get()  # the same was requested at this moment
    narration.wake()
    return narration


@transaction.atomic
def cancel_narration(narration: Narration) -> bool:
    """Stop it, even for other requesters; False where it had ended."""
    cancelled = narration.cancel()
    if cancelled:
        narration_finished.send(Narration, narration=narration)
    return cancelled


def _is_whole(narration: Narration) -> bool:
    done = narration.status == Narration.Status.DONE
    return not done or (bool(narration.parts) and all(default_storage.exists(name) for name in narration.parts))
