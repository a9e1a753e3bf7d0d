"""App configuration: connects the receivers and the system checks."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ConversationsConfig(AppConfig):
    name = "conversations"
    verbose_name = _("Conversations")

    def ready(self) -> None:
        from avatars import services as avatars
        from avatars.models import Narration, Render
        from conversations import checks, personal_data, receivers  # noqa: F401
        from conversations.delivery import channel
        from conversations.models import Content, Conversation, QuestionOccurrence, TicketLine, UnansweredQuestion
        from conversations.replies.chat_commands import registry
        from conversations.videos import text_instead_of_video
        from core.confidentiality import rights

        registry.find_commands()
        personal_data.register_models()
        rights.close(Content, Conversation, TicketLine)
        rights.close(QuestionOccurrence, UnansweredQuestion, unless=("conversations.read_unansweredquestion",))
        post_migrate.connect(seed_subjects, sender=self)
        avatars.register_names(channel.readings_of_names)
        avatars.register_waiters(Render, text_instead_of_video.waiting_for_video)
        avatars.register_waiters(Narration, text_instead_of_video.waiting_for_narration)


def seed_subjects(using: str, plan: Sequence[tuple[Any, bool]] = (), **_: Any) -> None:
    """A new installation and a new version bring sensitive subjects; those that are there stay as they were edited."""
    from conversations import services

    if using == DEFAULT_DB_ALIAS and not any(backwards for _migration, backwards in plan):
        services.seed_care_subjects()
