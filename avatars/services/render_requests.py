"""Ask for a video, cancel it, try it again. `identical_renders` says whether it has been made already."""

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from avatars import consent
from avatars.exceptions import MediaError, ScriptError
from avatars.models import CaptionStyle, DigitalHuman, Render, RenderMode, RenderTemplate, Rendition, VideoFormat
from avatars.rendering import demand, recipes
from avatars.services.identical_renders import ANEW, request_recipe
from avatars.services.portrait_videos import check_background
from avatars.services.recordings import Recording
from avatars.signals import render_finished
from avatars.speech.text.speaking_style import blanked
from avatars.video_templates import variables

CHAT, TEST, CAMPAIGN = 20, 10, 0  # priorities, the higher the sooner: a member waits, an author waits, no reader waits
# Why a video failed that is worth another try when it is brought again.
PASSING = ("disk", "disk_full", "ffmpeg_missing", "attempts")


def check_script(text: str, *, most: int | None = None) -> str:
    """The script without blanks around it. Raises `ScriptError` for one that cannot become a video.

    It may have `most` characters, by default as many as the settings allow.
    """
    text = text.strip()
    if not _can_be_stored(text):
        raise ScriptError(
            "The text has characters that do not exist.", code="unreadable", field="text", remedy="Write it again."
        )
    most = most or settings.AVATARS["MAX_CHARACTERS"]
    if not text:
        raise ScriptError("There is nothing to say.", code="empty", field="text", remedy="Write what to say.")
    if not any(char.isalnum() for char in blanked(text)):
        raise ScriptError(
            "Nothing in this text can be spoken.",
            code="script_unspeakable",
            field="text",
            remedy="Write Chinese or English words or numbers.",
        )
    if len(text) > most:
        raise ScriptError(
            f"The script has {len(text)} characters; a video may have {most}.",
            code="too_long",
            field="text",
            remedy="Make it shorter or send it in parts.",
        )
    return text


@transaction.atomic
def request_render(
    digital_human: DigitalHuman,
    text: str = "",
    *,
    recording: Recording | None = None,
    template: RenderTemplate | None = None,
    spliced: bool | None = None,
    pattern: str = "",
    mode: str = "",
    format: str = "",
    captions: str = "",
    purpose: str = "",
    priority: int = CHAT,
    requester: str = "",
    ends_unwanted: bool = False,
    cid: str = "",
) -> Render:
    """The Render of this script: an equal one that is done or on its way, else a new one in the queue.

    `mode`, `format` and `captions` are by default the digital human's own; `purpose` is one of `Consent.Purpose`, ""
    for a video without a recipient. `requester` is like "member:7": renders of equal priority are made for each
    requester in turn, and each has a quota of new ones. Raises `ScriptError` for a script that cannot become a video,
    `ConsentError` where the person in the photograph, or of the cloned voice, has not agreed, `QuotaExceeded` for one
    too many, `MediaError` where a look replaces the background of a portrait video.

    A `recording` (of `check_recording`) is heard as it is and moves the lips; `text` is its transcript if it is known,
    which times the lips best, and makes the captions. Otherwise a recognition engine finds the words.

    With `ends_unwanted` it is made for a waiting row, and ends without waiting rows (`register_waiters`); the caller
    writes that row in the same transaction. Else it is made to its end, unless a person or program cancels it.

    A `template` sets the look and voice of its digital human; `text` then comes from `fill_template`. `spliced` is
    whether recurring sentences are rendered once, by default as the template has it. Without a template, `pattern` is
    the script with placeholders that `text` was made of: the parts between them are rendered once for all.
    """
    speaker = template.dressed() if template else digital_human
    text = check_script(text) if text.strip() or recording is None else ""
    mode = mode or speaker.mode
    check_choices(mode=mode, format=format, captions=captions)
    check_background(digital_human, speaker, field="template" if template else "digital_human")
    decision = consent.decide(speaker, purpose=purpose, spoken=recording is None)
    looks = {"mode": mode, "format": format, "captions": captions}
    recipe = recipes.freeze(speaker, text, **looks, decision=decision, names=names_in(template, text))
    if recording is not None:
        recipe["recording"] = recording.sha256
    elif cuts := _cuts(template, text, spliced) if template else variables.cuts(pattern, text):
        recipe["cuts"] = cuts
    what = {"digital_human": digital_human, "text": text, "mode": mode, "recipe": recipe, "template": template}
    wish = {"priority": priority, "requester": requester, "cid": cid, "purpose": purpose}
    wish["ends_unwanted"] = ends_unwanted
    return request_recipe(what, wish, decision=decision, recording=recording)


def names_in(template: RenderTemplate | None, text: str) -> list[str]:
    """The names that were put into the script of a template."""
    return variables.spoken_names(template.script, list(template.variables.all()), text) if template else []


def _cuts(template: RenderTemplate, text: str, spliced: bool | None) -> list[int]:
    """The places at which the video is cut, so that recurring sentences are drawn once; none without that wish."""
    wished = template.spliced if spliced is None else spliced
    return variables.cuts(template.script, text) if wished else []


def check_choices(**chosen: str) -> None:
    """Raise `ScriptError` for a value outside the choices of its field; "" stands for the digital human's own."""
    choices = {
        "mode": (RenderMode.values, "There is no such mode."),
        "format": (VideoFormat.values, "There is no such format."),
        "captions": (CaptionStyle.values, "There are no such captions."),
    }
    for field, value in chosen.items():
        known, message = choices[field]
        if value and value not in known:
            raise ScriptError(message, code=f"{field}_unknown", field=field, remedy=f"We have {', '.join(known)}.")


@transaction.atomic
def cancel_render(render: Render, *, reason: str = "cancelled") -> bool:
    """Stop a render, even for other requesters; False where it had ended. Its worker is free within two seconds."""
    cancelled = render.cancel(reason)
    if cancelled:
        render_finished.send(Render, render=render)
    return cancelled


def end_unwanted(render: Render, *, reason: str = "cancelled") -> bool:
    """Stop a render, or the smaller copies of a finished one, unless a row waits for it; returns whether it stopped.

    A render that was requested outright goes on. The caller has locked it.
    """
    if render.is_finished:
        copies = [] if demand.is_awaited(render) else render.renditions.filter(status__in=Rendition.UNFINISHED)
        cancelled = [row.cancel() for row in copies]
        return any(cancelled)
    return not demand.is_wanted(render) and cancel_render(render, reason=reason)


@transaction.atomic
def retry_render(render: Render) -> bool:
    """Retry a failed or cancelled render; False where it has not ended or was retried meanwhile.

    Raises `ConsentError` where a person who is shown or heard does not agree (any more), `MediaError` where the
    recording that it is made of was removed.
    """
    # As it is now, and locked: a removal of its recording at this moment sees that it is needed again.
    now = Render.objects.select_for_update().filter(pk=render.pk).first()
    if now is None or (now.status not in (Render.Status.FAILED, Render.Status.CANCELLED) and not now.is_expired):
        return False
    consent.decide_for_render(render)
    if now.lacks_recording:
        message, remedy = "Its recording was removed.", "Bring the same recording again."
        raise MediaError(message, code="recording_gone", remedy=remedy, field="recording")
    if not now.text and not now.recording and "loop" not in now.recipe:
        return False  # its script was erased
    others = Render.objects.exclude(pk=render.pk)
    if others.filter(content_hash=render.content_hash, status__in=Render.SHARED).exists():
        return False
    try:
        with transaction.atomic():
            return render.restart(**ANEW, ends_unwanted=False)
    except IntegrityError:
        return False


@transaction.atomic
def request_rendition(render: Render, *, limit: int) -> Rendition:
    """A finished video in at most `limit` bytes: its row, queued where it is new. `rendition_finished` announces it."""
    row, created = Rendition.objects.get_or_create(render=render, limit=limit, defaults={"cid": render.cid})
    if created:
        row.wake()
    elif row.status == Rendition.Status.CANCELLED:
        row.restart()  # it was cancelled as unwanted, and is wanted now
    return row


@transaction.atomic
def request_file_rendition(name: str, *, sha256: str, limit: int, cid: str = "") -> Rendition:
    """An uploaded video, by its name in the media storage, in at most `limit` bytes; as `rendition`.

    Equal files share one. It keeps the label that it has: uploaded videos neither get a label nor lose one.
    """
    defaults = {"source": name, "cid": cid}
    row, created = Rendition.objects.get_or_create(render=None, sha256=sha256, limit=limit, defaults=defaults)
    if created:
        row.wake()
    elif row.is_finished and _is_to_make_again(row):
        row.restart(source=name, video="", size=None)
    return row


def _is_to_make_again(row: Rendition) -> bool:
    """Its file was removed since, or it failed through no fault of its own."""
    if row.status == Rendition.Status.DONE:
        return not default_storage.exists(str(row.video))
    return row.reason in PASSING


def _can_be_stored(text: str) -> bool:
    """False for halves of surrogate pairs and for NUL, which PostgreSQL refuses."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
