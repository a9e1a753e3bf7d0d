"""The root of our exceptions. Each carries a stable code, a message for people and a remedy."""

WIDE_ENDS = ("。", "！", "？", "）")


class OpenUserError(Exception):
    """An error that a person can fix. It survives pickling, so a worker's child process can raise it."""

    default_code = "error"

    def __init__(self, message: str = "", *, code: str = "", remedy: str = "", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.remedy = remedy
        self.field = field

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, self.code, self.remedy, self.field)

    def __str__(self) -> str:
        # After the full stop of Chinese, which is as wide as a letter, there is no space.
        return f"{self.message}{'' if self.message.endswith(WIDE_ENDS) else ' '}{self.remedy}".strip()


class TemporaryError(OpenUserError):
    """An error that may pass with time: the work goes back to the queue."""


class RightMissing(OpenUserError):
    """An error of who asks: another right is needed, or another person."""


def _rebuild(kind: type[OpenUserError], message: str, code: str, remedy: str, field: str) -> OpenUserError:
    return kind(message, code=code, remedy=remedy, field=field)
