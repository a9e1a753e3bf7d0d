"""Questions of administrators to the language model: the reply that a member would get, and its cost."""

from conversations.delivery import channel
from conversations.providers.grounded_chat import Grounded, GroundedChat, Question
from core import backends
from wecom.models import Member


def has_grounded_model() -> bool:
    """Whether a language model is set up that answers from answers and passages."""
    return _model() is not None


def try_grounded(text: str, *, language: str, member: Member | None) -> Grounded:
    """The model's answer to a question of this member. Nothing is sent, and the company pays.

    Call it outside transactions. Raises `ServiceBusy`, `ServiceRefused`, `NotConfigured` without an application.
    """
    model = _model()
    if model is None:
        return Grounded(fault="no_ground")
    return model.ask(channel.current_application(), Question(text=text, language=language, reader=member))


def _model() -> GroundedChat | None:
    providers = (backends.backend("REPLY_PROVIDERS", name) for name in backends.names("REPLY_PROVIDERS"))
    return next((provider for provider in providers if isinstance(provider, GroundedChat)), None)
