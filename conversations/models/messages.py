"""Desks, conversations and messages."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from avatars import services as avatars
from avatars.models import Consent, DigitalHuman, Narration, Render, rests_on
from conversations.language import detect_language
from core.read_once import kept
from wecom.models import Application, Callback, Download, Member, Outbound, Recall

MOST_MISSES = 1000  # more are not counted


class DeskQuerySet(models.QuerySet["Desk"]):
    """Queries on desks."""

    def of(self, application: Application) -> "Desk | None":
        """The application's desk with its digital human and voice, or None."""
        rows: models.QuerySet[Desk] = self.select_related("digital_human__voice").filter(application=application)
        return kept(("desk", application.pk), rows.first)

    def first_language(self, application: Application) -> str:
        """The language for members who have not written yet."""
        chosen = self.filter(application=application).values_list("language", flat=True).first()
        return chosen or settings.LANGUAGE_CODE

    def contact_of(self, application: Application) -> str:
        """The people to turn to, as the application's desk names them; empty if it names none."""
        return (self.filter(application=application).values_list("contact", flat=True).first() or "").strip()

    def shows_cards(self, application: Application) -> bool:
        """Whether members see cards: not in plain WeChat."""
        return self.filter(application=application).values_list("progress_cards", flat=True).first() is not False


class Desk(models.Model):
    """The digital human of an application, with a greeting and a language."""

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
        help_text=_("For greeting members who have not written yet. Later answers use the member's own language."),
    )
    greeting = models.TextField(_("greeting"), help_text=_("Sent when a member opens the application."))
    contact = models.TextField(
        _("people to turn to"),
        blank=True,
        default="",
        db_default="",
        help_text=_("For members who ask for a person, or whom the digital human cannot help. A name, a phone number."),
    )
    progress_cards = models.BooleanField(
        _("progress as a card"),
        default=True,
        help_text=_("How far a video is, on a card with buttons. Plain WeChat shows no cards: there, switch it off."),
    )

    objects = DeskQuerySet.as_manager()

    class Meta:
        verbose_name = _("desk")
        verbose_name_plural = _("desks")

    def __str__(self) -> str:
        return str(self.application)


class ConversationQuerySet(models.QuerySet["Conversation"]):
    """Queries on conversations."""

    def follow_language(self, members: Collection[int], language: str) -> None:
        """Take over the language that is chosen for members; where none is, go on in that of now."""
        chosen = {"language": language} if language else {}
        self.filter(member__in=members).update(chosen_language=language, **chosen)

    def languages(self, application: Application, members: Collection[Member]) -> dict[str, str]:
        """The languages in which an application speaks with members, by user ID, also with those it never spoke to."""
        spoken = dict(self.filter(application=application, member__in=members).values_list("member_id", "language"))
        first = Desk.objects.first_language(application)
        return {one.user_id: spoken.get(one.pk) or one.language or first for one in members}

    def of_sender(self, callback: Callback) -> "ConversationQuerySet":
        """That of who caused a callback, found from the member on: a join lets PostgreSQL begin with all of them."""
        company = Application.objects.filter(pk=callback.application_id).values("corporation")
        member = Member.objects.filter(corporation=models.Subquery(company), user_id=callback.from_user_id.lower())
        return self.filter(application=callback.application_id, member=models.Subquery(member.values("pk")))

    def locked(self, application: Application, member: Member) -> "Conversation":
        """The conversation of a member with an application, created if needed and locked for the transaction."""
        own = self.filter(application=application, member=member)
        rows = own.select_for_update(of=("self",)).select_related("member")
        message = rows.first()
        if message is None:
            language = member.language or Desk.objects.first_language(application)
            own.get_or_create(application=application, member=member, defaults={"language": language})
            message = rows.get()
        message.application = application  # read already, and its secrets take long to decrypt
        return message


class Conversation(models.Model):
    """The history of one member with one application. Code that advances it locks this row first."""

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="conversations", verbose_name=_("application")
    )
    member = models.ForeignKey(Member, models.CASCADE, related_name="conversations", verbose_name=_("member"))
    language = models.CharField(_("language"), max_length=8, blank=True)
    chosen_language = models.CharField(
        _("chosen language"),
        max_length=8,
        choices=Desk.Language,
        blank=True,
        default="",
        db_default="",
        help_text=_("What the member has set with /language. Empty: the language that they write."),
    )
    misses = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    suggested = models.JSONField(
        default=list, blank=True, db_default=models.Value([], models.JSONField()), editable=False
    )
    greeted_at = models.DateTimeField(_("greeted at"), null=True, blank=True, editable=False)
    last_message_at = models.DateTimeField(_("last message"), default=timezone.now, editable=False)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        permissions = [("read_conversation", "Can read what members tell the digital human")]
        constraints = [
            models.UniqueConstraint(fields=["application", "member"], name="conversation_one_per_member"),
        ]
        indexes = [models.Index(fields=["last_message_at"], name="conversation_recent")]

    def __str__(self) -> str:
        return f"{self.member} · {self.application}"

    def notice_language(self, text: str, *, is_first: bool = False) -> None:
        """Follow the language of the member's text, unless one is chosen."""
        # The conversation's own column is what processes of the release before read and write.
        chosen = (self.member.language if self.member_id else "") or self.chosen_language
        self.language = chosen or detect_language(text, default=self.language, is_first=is_first)

    def note_reply(self, *, found: bool, suggested: Iterable[int] = ()) -> None:
        """Count the questions in a row that had no answer, and keep the suggestions for the last one."""
        before = (self.misses, self.suggested)
        self.misses, self.suggested = 0 if found else min(self.misses + 1, MOST_MISSES), list(suggested)
        if before != (self.misses, self.suggested):
            self.save(update_fields=["misses", "suggested"])

    def messages(self) -> "MessageQuerySet":
        return Message.objects.filter(application=self.application_id, member=self.member_id)


class Content(models.Model):
    """The content of a message, shared by all its recipients."""

    SEARCHED: ClassVar = ("text",)

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

    def not_chosen_as_text(self) -> "MessageQuerySet":
        """Without videos of members who have chosen to read their words, and did not ask for the video themselves."""
        return self.exclude(_chosen_as_text())

    def waiting_for(self, render: Render) -> "MessageQuerySet":
        return self.waiting().filter(render=render)

    def with_part(self, outbound: Outbound) -> "MessageQuerySet":
        """Messages that this is a part of. `outbound` of a message is its last part."""
        first = outbound.first_part_id or outbound.pk
        return self.filter(models.Q(outbound=outbound) | models.Q(outbound__first_part=first))

    def resting_on(self, consent: Consent) -> "MessageQuerySet":
        """Messages whose video or voice requires this consent."""
        shown = rests_on(consent, "render__")
        spoken = models.Q(reason=Message.Reason.VOICE, narration__voice_consent=consent)
        return self.filter((shown & models.Q(degraded=False)) | spoken)

    def recallable(self, now: datetime | None = None) -> "MessageQuerySet":
        """Messages that WeChat Work can still recall."""
        since = (now or timezone.now()) - Recall.possible_for
        sent = self.filter(outbound__status=Outbound.Status.DONE, outbound__finished_at__gte=since)
        return sent.exclude(outbound__msgid="").filter(outbound__recall=None)

    def releasable(self, *, now: datetime, margin: timedelta) -> "MessageQuerySet":
        """Waiting messages whose render has ended or is late, and whose narration is not pending or is late too."""
        speaking = models.Q(narration__status__in=Narration.UNFINISHED)
        ended = ~models.Q(render__status__in=Render.UNFINISHED)
        late = models.Q(deadline_at__lte=now + margin)
        over = models.Q(deadline_at__lte=now) | models.Q(narration__created_at__lte=now - margin)
        return self.waiting().filter((~speaking & (ended | late)) | (speaking & over) | _chosen_as_text())


def _chosen_as_text() -> models.Q:
    return models.Q(asked=False, member__preference__prefers_text=True)


class Message(models.Model):
    """One message from or to one member of one application."""

    class Direction(models.TextChoices):
        IN = "in", _("from the member")
        OUT = "out", _("to the member")

    class Reason(models.TextChoices):
        """The form of message that was sent instead of a video."""

        VOICE = "degraded:voice", _("spoken instead of a video")
        TEXT = "degraded:text", _("written instead of a video")
        CHOSEN = "chosen:text", _("written, as the member prefers")

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        WAITING = "waiting", _("waits for its video")
        SENDING = "sending", _("sent to the outbox")
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
    cause = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()), editable=False)
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
            models.Index(fields=["created_at"], name="message_created"),
        ]

    def __str__(self) -> str:
        return f"{self.get_direction_display()} #{self.pk}"

    @property
    def why_words(self) -> str:
        """Why there is no video, in the active language; empty if there is one."""
        return avatars.reason_words(self.why) if self.why else ""
