"""Errors of WeChat Work, one class per remedy."""

from datetime import datetime

from core.exceptions import OpenUserError, TemporaryError


class WeComError(OpenUserError):
    """Anything of the platform's side."""


class ContentError(WeComError):
    """A message that the platform would cut or refuse; `field` names the part."""


class FactRefused(WeComError):
    """A fact, or a value of one, that cannot be kept; `field` names it."""


class SendingStopped(WeComError):
    """Everything that is not a reply is stopped for the company."""


class NotConfigured(WeComError):
    """No application is connected yet, or one of its fields is missing."""


class NotRecorded(WeComError, TemporaryError):
    """A callback that neither the database nor the disk took: it must not be answered, so that it is repeated."""


class HandlerTookTooLong(WeComError):
    """A code handler passed its time limit."""


class HandlerExited(WeComError):
    """A code handler raised `SystemExit`, a cancellation or another end of the process or task around it."""


class ApiError(WeComError):
    """The platform answered with an error code; `errcode` is its number."""

    def __init__(
        self, message: str = "", *, code: str = "", remedy: str = "", field: str = "", errcode: int = 0
    ) -> None:
        super().__init__(message, code=code or str(errcode), remedy=remedy, field=field)
        self.errcode = errcode

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_api_error, (type(self), self.message, self.code, self.remedy, self.field, self.errcode)


class TokenRejected(ApiError):
    """The access token no longer works; it is refreshed once, and the call retried."""


class BusyError(ApiError, TemporaryError):
    """The platform is busy or limits us: certainly not accepted, try later."""


class LimitedError(BusyError):
    """A limit of the platform is used up: certainly not accepted; do not retry before `until`, if it is known."""

    until: datetime | None = None

    def __reduce__(self) -> tuple[object, ...]:
        return (*super().__reduce__(), {"until": self.until})


class ConfigurationError(ApiError):
    """A setting is wrong; the application is held until an administrator changes it."""


class RecipientError(ApiError):
    """The member left, never existed, or is out of the application's visible range."""


class MediaExpired(ApiError):
    """The platform no longer knows the media ID; upload again."""


class MediaRefused(ApiError):
    """The file is of a size, length or kind that the platform does not take: fit it, or send something else."""


class LoginExpired(ApiError):
    """The code of a login was used or is too old: the member must log in again."""


class ChatGone(ApiError):
    """The group chat is unknown, or no longer this application's."""


class LoginFailed(ApiError):
    """The sign-in failed: the code is invalid, or the person is not in the company."""


class NotReached(WeComError, TemporaryError):
    """No connection: the request certainly did not arrive."""


class AmbiguousError(WeComError, TemporaryError):
    """The request may have been accepted: it was written, but the answer is missing or is no answer."""


def _rebuild_api_error(
    kind: type[ApiError], message: str, code: str, remedy: str, field: str, errcode: int
) -> ApiError:
    return kind(message, code=code, remedy=remedy, field=field, errcode=errcode)
