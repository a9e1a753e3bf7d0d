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
        from conversations.videos import fallbacks

        personal_data.register_models()
        avatars.register_names(channel.readings_of_names)
        avatars.register_waiters(Render, fallbacks.waiting_for_video)
        avatars.register_waiters(Narration, fallbacks.waiting_for_narration)
