"""Errors of conversations."""

from core.exceptions import OpenUserError, RightMissing, TemporaryError


class ConversationError(OpenUserError):
    """Base class of the errors of conversations."""


class FlowError(ConversationError):
    """A flow cannot be published, started or changed in its current state."""


class OverrideRefused(FlowError, RightMissing):
    """This person or program may not publish a flow although golden conversations differ."""


class HandoffRefused(ConversationError):
    """A ticket is closed, another operator has it, or an operator cannot take it now."""


class PreferenceRefused(ConversationError):
    """A member's choice names a topic or language that there is not."""


class QuestionSettled(ConversationError):
    """A question without an answer has been answered or dismissed meanwhile."""


class SessionMoved(ConversationError, TemporaryError):
    """Another worker advanced this session meanwhile; this worker's step must not be written."""


class ServiceRefused(ConversationError):
    """A service refuses a question; a retry does not help."""


class ServiceBusy(ConversationError, TemporaryError):
    """A service cannot answer now; `retry_after` is the number of seconds that it asks to wait, if any."""

    retry_after: float = 0.0

    def __reduce__(self) -> tuple[object, ...]:
        return (*super().__reduce__(), {"retry_after": self.retry_after})
