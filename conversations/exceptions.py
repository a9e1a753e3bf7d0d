"""What can go wrong in a conversation."""

from core.exceptions import OpenUserError, TemporaryError


class ConversationError(OpenUserError):
    """Anything of the conversations' side."""


class FlowError(ConversationError):
    """A flow that cannot be published, started or changed as it is."""


class SessionMoved(ConversationError, TemporaryError):
    """Somebody else stepped this session meanwhile; what was thought of it must not be written."""
