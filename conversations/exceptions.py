"""What can go wrong in a conversation."""

from openuser.lib.exceptions import OpenUserError


class ConversationError(OpenUserError):
    """Anything of the conversations' side."""
