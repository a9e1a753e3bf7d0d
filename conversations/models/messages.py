"""Who talks to whom, and every thing that was said."""

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from avatars import services as avatars
from avatars.models import Consent, DigitalHuman, Narration, Render
from wecom.models import Application, Download, Member, Outbound, Recall


class Desk(models.Model):
    """What an application has for the people who write to it: a digital human and a greeting."""

    class Language(models.TextChoices):
        CHINESE = "zh-hans", _("Chinese")
        ENGLISH = "en", _("English")

    application = models.OneToOneField(Application, models.CASCADE, related_name="desk", verbose_name=_("application"))
    digital_human = models.ForeignKey(
        DigitalHuman, models.PROTECT, related_name="desks", verbose_name=_("digital human")
    )
    language = models.CharField(
        _("first language"),
        max_length=8,
        choices=Language,
        default=Language.CHINESE,
        help_text=_("For greeting people who have not written yet; after that each is answered in their own."),
    )
    greeting = models.TextField(_("greeting"), help_text=_("Sent when somebody opens the application."))
    progress_cards = models.BooleanField(
        _("progress as a card"),
        default=True,
        help_text=_("How far a video is, on a card with buttons. Plain WeChat shows no cards: there, switch it off."),
    )

    class Meta:
        verbose_name = _("desk")
        verbose_name_plural = _("desks")

    def __str__(self) -> str:
        return str(self.application)


class Conversation(models.Model):
    """The history of one member with one application. Whatever steps it locks this row first."""

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="conversations", verbose_name=_("application")
    )
    member = models.ForeignKey(Member, models.CASCADE, related_name="conversations", verbose_name=_("member"))
    language = models.CharField(_("language"), max_length=8, blank=True)
    greeted_at = models.DateTimeField(_("greeted at"), null=True, blank=True, editable=False)
    last_message_at = models.DateTimeField(_("last message"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [
            models.UniqueConstraint(fields=["application", "member"], name="conversation_one_per_member"),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.application}"

    def messages(self) -> "MessageQuerySet":
        return Message.objects.filter(application=self.application_id, member=self.member_id)


class Content(models.Model):
    """What a message says; shared by all who get the same."""

    class Kind(models.TextChoices):
        TEXT = "text", _("text")
        IMAGE = "image", _("image")
        VOICE = "voice", _("voice")
        VIDEO = "video", _("video")
        FILE = "file", _("file")
        CARD = "card", _("card")
        EVENT = "event", _("event")
        OTHER = "other", _("other")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.TEXT)
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("content")
        verbose_name_plural = _("contents")

    def __str__(self) -> str:
        return self.text[:60] or str(self.Kind(self.kind).label)


class MessageQuerySet(models.QuerySet["Message"]):
    """Queries on messages."""

    def waiting(self) -> "MessageQuerySet":
        return self.filter(state=Message.State.WAITING)

    def waiting_for(self, render: Render) -> "MessageQuerySet":
        return self.waiting().filter(render=render)

    def with_part(self, outbound: Outbound) -> "MessageQuerySet":
        """Those that this is a part of; the outbound of a message is its last one."""
        first = outbound.first_part_id or outbound.pk
        return self.filter(models.Q(outbound=outbound) | models.Q(outbound__first_part=first))

    def resting_on(self, consent: Consent) -> "MessageQuerySet":
        """With a video that rests on this consent, or with words that were spoken on it."""
        shown = models.Q(render__consent=consent) | models.Q(render__voice_consent=consent)
        spoken = models.Q(reason=Message.Reason.VOICE, narration__voice_consent=consent)
        return self.filter((shown & models.Q(degraded=False)) | spoken)

    def recallable(self, now: datetime | None = None) -> "MessageQuerySet":
        """Sent, and lately enough for WeChat Work to take them back."""
        since = (now or timezone.now()) - Recall.possible_for
        sent = self.filter(outbound__status=Outbound.Status.DONE, outbound__finished_at__gte=since)
        return sent.exclude(outbound__msgid="").filter(outbound__recall=None)

    def releasable(self, *, now: datetime, margin: timedelta) -> "MessageQuerySet":
        """Waiting for a video that has ended meanwhile, or too long; and not for its words, unless that is too long."""
        speaking = models.Q(narration__status__in=Narration.UNFINISHED)
        ended = ~models.Q(render__status__in=Render.UNFINISHED)
        late = models.Q(deadline_at__lte=now + margin)
        over = models.Q(deadline_at__lte=now) | models.Q(narration__created_at__lte=now - margin)
        return self.waiting().filter((~speaking & (ended | late)) | (speaking & over))


class Message(models.Model):
    """One thing said by or to one member of one application."""

    class Direction(models.TextChoices):
        IN = "in", _("from the member")
        OUT = "out", _("to the member")

    class Reason(models.TextChoices):
        """What went out in the place of a video."""

        VOICE = "degraded:voice", _("spoken instead of a video")
        TEXT = "degraded:text", _("written instead of a video")

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        WAITING = "waiting", _("waits for its video")
        SENDING = "sending", _("handed to the outbox")
        CANCELLED = "cancelled", _("cancelled")

    application = models.ForeignKey(Application, models.CASCADE, related_name="messages")
    member = models.ForeignKey(Member, models.CASCADE, related_name="messages", verbose_name=_("member"))
    direction = models.CharField(_("direction"), max_length=3, choices=Direction)
    state = models.CharField(_("state"), max_length=9, choices=State)
    content = models.ForeignKey(Content, models.PROTECT, related_name="messages", verbose_name=_("content"))
    outbound = models.ForeignKey(
        Outbound, models.SET_NULL, null=True, blank=True, related_name="messages", verbose_name=_("outbound message")
    )
    render = models.ForeignKey(
        Render, models.SET_NULL, null=True, blank=True, related_name="messages", verbose_name=_("render")
    )
    download = models.ForeignKey(
        Download, models.SET_NULL, null=True, blank=True, related_name="messages", verbose_name=_("download")
    )
    degraded = models.BooleanField(
        _("degraded"), default=False, help_text=_("Its video could not be made or delivered: its words went out.")
    )
    reason = models.CharField(_("in place of the video"), max_length=16, choices=Reason, blank=True)
    why = models.CharField(_("why"), max_length=40, blank=True, help_text=_("The code of what kept the video away."))
    narration = models.ForeignKey(
        Narration, models.SET_NULL, null=True, blank=True, related_name="messages", verbose_name=_("narration")
    )
    deadline_at = models.DateTimeField(
        _("by when"), null=True, blank=True, help_text=_("By then its words go out, should the video not be there.")
    )
    asked = models.BooleanField(_("asked for by the member"), default=False)
    cid = models.CharField(_("correlation ID"), max_length=32, blank=True)
    created_at = models.DateTimeField(_("at"), default=timezone.now)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["application", "member", "created_at"], name="message_thread"),
            models.Index(fields=["state", "render"], name="message_waiting"),
            models.Index(fields=["cid"], name="message_cid"),
        ]

    def __str__(self) -> str:
        return f"{self.get_direction_display()} #{self.pk}"

    @property
    def why_words(self) -> str:
        """What kept its video away, in the reader's language; nothing where none did."""
        return avatars.reason_words(self.why) if self.why else ""
