"""The topic of messages to many, which members can mute."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models import Topic


class OnTopic(models.Model):
    """The topic of a message to many."""

    topic = models.ForeignKey(
        Topic,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("topic"),
        help_text=_("Members who have muted it are left out. Empty: nobody can mute it."),
    )

    class Meta:
        abstract = True


class HonoursChoices(OnTopic):
    """For messages with a `message_class`, which says whether members can choose not to get them."""

    offers_settings = models.BooleanField(
        _("offers the settings"),
        default=True,
        db_default=True,
        help_text=_("A last line tells members how they choose what they get. For optional messages on a topic."),
    )

    message_class: str

    class Meta:
        abstract = True

    @property
    def honours_choices(self) -> bool:
        """Whether muted topics, and text instead of videos, hold for it."""
        return self.message_class != "mandatory"

    @property
    def shows_way_out(self) -> bool:
        """Whether its words end with a link to the member's preferences."""
        return self.offers_settings and self.topic_id is not None and self.message_class == "optional"
