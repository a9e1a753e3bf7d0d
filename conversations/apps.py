"""App configuration: connects the receivers and the system checks."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConversationsConfig(AppConfig):
    name = "conversations"
    verbose_name = _("Conversations")

    def ready(self) -> None:
        from conversations import checks, personal_data, receivers  # noqa: F401

        personal_data.register_models()
