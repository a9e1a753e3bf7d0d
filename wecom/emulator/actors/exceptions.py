"""Errors of acts that a member or administrator cannot do."""


class ButtonError(Exception):
    """There is no such button, it can no longer be pressed, or it needs more input."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
