"""App configuration: connects the receivers and the system checks."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConversationsConfig(AppConfig):
    name = "conversations"
    verbose_name = _("Conversations")

    def ready(self) -> None:
        from avatars import services as avatars
        from conversations import checks, personal_data, receivers  # noqa: F401
        from conversations.delivery import channel

        personal_data.register_models()
        avatars.register_names(channel.readings_of_names)
