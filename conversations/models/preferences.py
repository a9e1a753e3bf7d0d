"""Preferences of members: topics that they mute, and text instead of videos. The language is the member's.

Campaigns read these rows in their own queries; everything that sends honours them.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from core.parties.acting_client import ClientNameField
from wecom.models import Member

LONGEST_ON_CARD = 16  # characters of a topic's name that a card shows whole


class TopicQuerySet(models.QuerySet["Topic"]):
    """Queries on topics."""

    def called(self, name: str) -> "Topic":
        """The topic with this name in either language; a new one, not saved and not offered to members, if none has it.

        Raises `ValidationError` for a name that is too long.
        """
        topic = self.filter(name=name).first() or self.filter(name_en__iexact=name).first()
        if topic is None:
            topic = Topic(name=name, can_be_muted=False)
            topic.clean_fields()
        return topic

    def offered(self) -> "TopicQuerySet":
        """The topics that members can mute, in their order."""
        return self.filter(can_be_muted=True)

    def counted(self) -> "models.QuerySet[Any]":
        """The topics, each with `muted_by`: how many members have muted it."""
        return self.annotate(muted_by=models.Count("mutes"))


class Topic(models.Model):
    """The topic of messages, answers, documents and tickets, such as pay. Members mute topics, not senders."""

    name = models.CharField(
        _("name"),
        max_length=60,
        help_text=_("As members read it in Chinese. If it can be muted, a card shows it: at most 16 characters."),
    )
    name_en = models.CharField(
        _("English name"), max_length=32, blank=True, help_text=_("Empty: the Chinese name is shown in English, too.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=100, help_text=_("Small numbers come first."))
    can_be_muted = models.BooleanField(
        _("can be muted"),
        default=True,
        help_text=_("Off: members are not asked, and those who muted it before get its messages."),
    )

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ("order", "pk")
        constraints = [
            models.UniqueConstraint(fields=["name"], name="topic_unique_name"),
            models.CheckConstraint(condition=~models.Q(name=""), name="topic_has_name"),
            models.CheckConstraint(
                condition=models.Q(can_be_muted=False) | models.Q(LessThanOrEqual(Length("name"), LONGEST_ON_CARD)),
                name="topic_fits_card",
                violation_error_message=_("A topic that can be muted has a name of at most 16 characters."),
            ),
        ]

    def __str__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        """The name in the active language."""
        english = (translation.get_language() or "").startswith("en")
        return (self.name_en if english else "") or self.name


class MemberPreference(models.Model):
    """How a member wants to get messages. Who has chosen nothing has no row."""

    member = models.OneToOneField(Member, models.CASCADE, related_name="preference", verbose_name=_("member"))
    prefers_text = models.BooleanField(
        _("text instead of videos"), default=False, help_text=_("The words of a video come as a text message.")
    )

    class Meta:
        verbose_name = _("choice of a member")
        verbose_name_plural = _("choices of members")

    def __str__(self) -> str:
        return str(self.member)


class MutedTopic(models.Model):
    """A topic that a member does not want messages about."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="mutes", verbose_name=_("member"))
    # Unique below, with the topic first: campaigns ask of a topic who has muted it.
    topic = models.ForeignKey(Topic, models.CASCADE, related_name="mutes", db_index=False, verbose_name=_("topic"))
    at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("muted topic")
        verbose_name_plural = _("muted topics")
        constraints = [models.UniqueConstraint(fields=["topic", "member"], name="muted_topic_once_per_member")]

    def __str__(self) -> str:
        return f"{self.member} · {self.topic}"


class PreferenceChange(models.Model):
    """A change of a member's choices: moment, author, and the values before and after."""

    class Origin(models.TextChoices):
        CHAT = "chat", _("by the member, in the chat")
        PAGE = "page", _("by the member, on the settings page")
        STAFF = "staff", _("in the admin")
        API = "api", _("over the API")

    member = models.ForeignKey(Member, models.CASCADE, related_name="preference_changes", verbose_name=_("member"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    origin = models.CharField(_("how"), max_length=5, choices=Origin)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    client = ClientNameField()
    before: "models.JSONField[Any, Any]" = models.JSONField(_("before"), default=dict)
    after: "models.JSONField[Any, Any]" = models.JSONField(_("after"), default=dict)

    class Meta:
        verbose_name = _("change of a choice")
        verbose_name_plural = _("changes of choices")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.member} · {self.at:%Y-%m-%d}"
