"""App configuration: connects the receivers and the system checks."""

from django.apps import AppConfig
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
        avatars.register_names(channel.readings_of_names)
        avatars.register_waiters(Render, text_instead_of_video.waiting_for_video)
        avatars.register_waiters(Narration, text_instead_of_video.waiting_for_narration)
