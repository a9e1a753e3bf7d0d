"""The videos that digital humans speak."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from avatars.models.consents import Consent
from avatars.models.humans import CaptionStyle, DigitalHuman, RenderMode
from avatars.models.renders.queries import BY_MEMBER, CONSENTS, RenderQuerySet
from avatars.models.stages import Outcome, StageRun, stage_run
from avatars.models.stages import Stage as RenderStage
from avatars.models.statements import Statement
from avatars.models.templates import RenderTemplate
from avatars.reasons import render as reasons
from avatars.signals import render_finished
from avatars.speech.text.speaking_style import without_marks
from core.work.base import Work

RECORDED = "recordings"
STREAMS = "streams"
"""The folder of streams of videos that are being made; no address of media files leads there."""
WITHHELD = "withheld"
"""The folder of videos that are kept though their consent was withdrawn; `openuser.pages.media_files` guards it."""
PARTNER = ("partner", "partner_consent", "partner_statement", "partner_voice_consent")


def new_content_id() -> str:
    """The number that the AI label carries."""
    return secrets.token_hex(16)


def recording_name(instance: models.Model, filename: str) -> str:
    """A random name, with the suffix of the file's content."""
    return f"{RECORDED}/{secrets.token_hex(16)}.{filename.rsplit('.', 1)[-1]}"


class Render(Work):
    """One video to make. Equal words of the same digital human share one."""

    task = "avatars.render"
    lease = timedelta(seconds=60)
    max_attempts = 3
    SEARCHED: ClassVar = ("text",)
    has_priority = True
    BULK: ClassVar = 0
    """The priority of renders without a waiting reader, such as videos of campaigns."""
    SHARED: ClassVar = (Work.Status.QUEUED, Work.Status.RUNNING, Work.Status.DONE)

    Stage = RenderStage

    digital_human = models.ForeignKey(
        DigitalHuman, models.CASCADE, related_name="renders", verbose_name=_("digital human")
    )
    text = models.TextField(_("script"))
    mode = models.CharField(_("mode"), max_length=24, choices=RenderMode)
    recipe = models.JSONField(
        _("recipe"),
        default=dict,
        editable=False,
        help_text=_("All that determines the video, as it was on request."),
    )
    purpose = models.CharField(_("purpose"), max_length=10, choices=Consent.Purpose, blank=True, editable=False)
    consent = models.ForeignKey(
        Consent,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="renders",
        verbose_name=_("consent"),
        help_text=_("Consent of the person in the photo. Drawn digital humans need none."),
    )
    statement = models.ForeignKey(
        Statement,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="renders",
        verbose_name=_("statement"),
        help_text=_("Statement that the picture is drawn. Photos need a consent."),
    )
    voice_consent = models.ForeignKey(
        Consent,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="spoken_renders",
        verbose_name=_("consent to the voice"),
        help_text=_("Consent of the person the voice was cloned from. Synthetic voices need none."),
    )
    partner = models.ForeignKey(
        DigitalHuman,
        models.CASCADE,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="partner_renders",
        verbose_name=_("second digital human"),
    )
    partner_consent = models.ForeignKey(
        Consent,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="partner_renders",
        verbose_name=_("consent of the second person"),
    )
    partner_statement = models.ForeignKey(
        Statement,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="partner_renders",
        verbose_name=_("statement about the second picture"),
    )
    partner_voice_consent = models.ForeignKey(
        Consent,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="partner_spoken_renders",
        verbose_name=_("consent to the second voice"),
    )
    template = models.ForeignKey(
        RenderTemplate,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="renders",
        verbose_name=_("video template"),
        help_text=_("Template of the first request."),
    )
    content_hash = models.CharField(max_length=64, editable=False)
    content_id = models.CharField(max_length=32, unique=True, default=new_content_id, editable=False)
    priority = models.SmallIntegerField(_("priority"), default=0)
    ends_unwanted = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Ends when no message, campaign or schedule waits for it any more. Others asked for it outright.",
    )
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.WAITING)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0, help_text=_("In percent."))
    stages = models.JSONField(
        _("stages"),
        default=list,
        blank=True,
        editable=False,
        help_text=_("When each stage began and ended, at what cost."),
    )
    estimated_seconds = models.FloatField(_("estimated seconds"), default=0)
    estimated_low = models.FloatField(_("estimated seconds at least"), default=0, editable=False)
    estimated_high = models.FloatField(_("estimated seconds at most"), default=0, editable=False)
    requester = models.CharField(
        _("requested by"), max_length=64, blank=True, editable=False, help_text=_("Each gets their turn, and a quota.")
    )
    host = models.CharField(_("made on"), max_length=64, blank=True, editable=False)
    hint = models.TextField(_("what to do"), blank=True)
    recording = models.FileField(
        _("recording"), upload_to=recording_name, blank=True, help_text=_("A recording to use unchanged.")
    )
    video = models.FileField(_("video"), upload_to="renders", blank=True)
    captions = models.FileField(_("captions"), upload_to="renders", blank=True)
    translated_captions = models.FileField(
        _("captions in the second language"), upload_to="renders", blank=True, default="", db_default=""
    )
    poster = models.ImageField(_("poster"), upload_to="renders", blank=True)
    stream = models.CharField(max_length=60, blank=True, default="", db_default="", editable=False)
    stream_index = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), blank=True, editable=False
    )
    seconds = models.FloatField(_("length in seconds"), null=True, blank=True)
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
    size = models.PositiveBigIntegerField(_("bytes"), null=True, blank=True)
    took_seconds = models.FloatField(_("took seconds"), null=True, blank=True)
    engine_used = models.CharField(_("animated by"), max_length=40, blank=True)
    speech_engine_used = models.CharField(_("spoken by"), max_length=40, blank=True)
    notes = models.JSONField(_("notes"), default=list, blank=True, help_text=_("Differences from the request."))

    objects = RenderQuerySet["Render"].as_manager()

    class Meta:
        verbose_name = _("render")
        verbose_name_plural = _("renders")
        constraints = [
            models.UniqueConstraint(
                fields=["content_hash"],
                condition=models.Q(status__in=["queued", "running", "done"]),
                name="render_one_per_content",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "due_at"], name="render_due"),
            models.Index(fields=["cid"], name="render_cid"),
            models.Index(fields=["requester", "created_at"], name="render_requester"),
            models.Index(fields=["status", "finished_at"], name="render_ended"),
            models.Index(fields=["video"], name="render_video"),
            models.Index(fields=["mode", "id"], name="render_mode"),
            *(
                models.Index(fields=[name], condition=models.Q(**{f"{name}__isnull": False}), name=f"render_{name}")
                for name in PARTNER
            ),
        ]

    def __str__(self) -> str:
        return f"{self.digital_human} #{self.pk}"

    @property
    def is_bulk(self) -> bool:
        """Whether it gives way to videos with a waiting reader."""
        return self.priority <= self.BULK

    @property
    def said_by_member(self) -> int | None:
        """The key of the member whose words these are; None where they are the company's."""
        key = self.requester.removeprefix(BY_MEMBER)
        return int(key) if key != self.requester and key.isdecimal() else None

    @property
    def shown_text(self) -> str:
        """The script as people read it, without the marks of moods and paces."""
        return without_marks(self.text)

    @property
    def is_expired(self) -> bool:
        """Made once, and its files were removed after the days for which they are kept."""
        return self.status == self.Status.DONE and self.reason == reasons.Reason.EXPIRED

    @property
    def allowed_until(self) -> datetime | None:
        """The first moment at which one of the consents on which it rests is no longer valid; None: without an end."""
        ends = [consent.ends_at for name in CONSENTS if (consent := getattr(self, name))]
        return min(filter(None, ends), default=None)

    @property
    def burns_captions(self) -> bool:
        """Captions are in its picture, so that a player need not show them again."""
        return bool(self.recipe.get("scene", {}).get("captions", CaptionStyle.OFF) != CaptionStyle.OFF)

    @property
    def is_translated(self) -> bool:
        """Its captions are to be in both languages."""
        return any(scene.get("translation") for scene in self.recipe.get("deck", {}).get("scenes", ()))

    @property
    def lacks_recording(self) -> bool:
        """It was made of ready sound, which was removed after the days for which that is kept."""
        return "recording" in self.recipe and not self.recording

    @property
    def reason_words(self) -> str:
        """The reason in words, in the reader's language."""
        return reasons.words(self.reason)

    @property
    def advice(self) -> str:
        """The remedy for the reason, in the reader's language; the engine's own hint if we have none."""
        if self.reason and not self.is_finished:
            return str(reasons.BY_ITSELF)
        if self.reason and self.lacks_recording:
            return str(reasons.RECORDINGS["recording_gone"])
        return reasons.advice(self.reason) or self.hint

    @property
    def note_words(self) -> list[str]:
        """The differences from the request, in the reader's language."""
        return [reasons.note(code) for code in self.notes]

    @property
    def timeline(self) -> tuple[StageRun, ...]:
        """The wait for its first worker, then each stage of each attempt, in order."""
        waited = StageRun(
            attempt=0,
            stage=RenderStage.WAITING,
            began_at=self.created_at,
            ended_at=self.started_at or self.finished_at,
            outcome=self._end_of(Outcome.DONE if self.started_at else Outcome.RUNNING),
        )
        return (waited, *(self._as_it_went(stage_run(each)) for each in self.stages))

    @property
    def cpu_seconds(self) -> float:
        """Its cost so far, in seconds of a processor, of all attempts."""
        return sum(run.cpu_seconds or 0.0 for run in self.timeline)

    def _as_it_went(self, run: StageRun) -> StageRun:
        """The stage with its end, also where its worker was told to stop, or died."""
        if run.outcome is not Outcome.RUNNING or (self.status == self.Status.RUNNING and run.attempt == self.attempts):
            return run
        if self._end_of(run.outcome) is Outcome.CANCELLED and run.attempt == self.attempts:
            return replace(run, outcome=Outcome.CANCELLED, ended_at=self.finished_at)
        return replace(run, outcome=Outcome.LOST)

    def _end_of(self, outcome: Outcome) -> Outcome:
        cancelled = outcome is Outcome.RUNNING and self.status == self.Status.CANCELLED
        return Outcome.CANCELLED if cancelled else outcome

    def fail_exhausted(self) -> None:
        self.settle(self.Status.FAILED, reasons.Reason.ATTEMPTS, hint="Its worker died each time; the log may say why.")
        render_finished.send(Render, render=self)
